using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>Appends records to a text file, one line of JSON each. Immutable.</summary>
public sealed class JsonlPlugin : SinkPlugin<JsonlOptions>
{
    /// <inheritdoc/>
    public override string Name => "jsonl";

    /// <inheritdoc/>
    public override ISink Open(JsonlOptions options, PluginContext context) => new JsonlSink(options, context);
}
