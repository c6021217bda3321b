namespace PlantRuntime.Plugins.ConsoleLines;

/// <summary>Options of a console sink in site.toml.</summary>
public sealed class ConsoleOptions
{
    /// <summary>What a line looks like.</summary>
    public ConsoleFormat Format { get; init; } = ConsoleFormat.Text;
}
