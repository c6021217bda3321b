namespace PlantRuntime.Host.Sites.Toml;

/// <summary>A syntax error; the reader catches it at the end of the line, notes it and goes on with the next.</summary>
internal sealed class TomlException(Position at, string message) : Exception(message)
{
    public Position At { get; } = at;
}
