using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Console;

/// <summary>Shows records on the standard output, one line each. Immutable.</summary>
public sealed class ConsolePlugin : SinkPlugin<ConsoleOptions>
{
    private readonly TextWriter? _writer;

    /// <summary>Writes to the standard output.</summary>
    public ConsolePlugin()
    {
    }

    internal ConsolePlugin(TextWriter writer) => _writer = writer;

    /// <inheritdoc/>
    public override string Name => "console";

    /// <inheritdoc/>
    public override ISink Open(ConsoleOptions options, PluginContext context) =>
        new ConsoleSink(options.Format == ConsoleFormat.Json ? new JsonLines() : new TextLines(), _writer);
}
