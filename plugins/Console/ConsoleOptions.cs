namespace PlantRuntime.Plugins.Console;

/// <summary>Options of a console sink in site.toml.</summary>
public sealed class ConsoleOptions
{
    /// <summary>Format of a line.</summary>
    public ConsoleFormat Format { get; init; } = ConsoleFormat.Text;
}

/// <summary>The format of a line on the console.</summary>
public enum ConsoleFormat
{
    /// <summary>For a person: <c>12:00:00.123 press  a=1.5 bar  b=- BAD_RANGE</c>, in UTC.</summary>
    Text,

    /// <summary>For another program: one JSON object a line.</summary>
    Json,
}
