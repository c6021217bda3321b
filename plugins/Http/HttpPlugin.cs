using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Http;

/// <summary>Sends records as JSON to a web server. Immutable.</summary>
public sealed class HttpPlugin : SinkPlugin<HttpOptions>
{
    /// <inheritdoc/>
    public override string Name => "http";

    /// <inheritdoc/>
    public override ISink Open(HttpOptions options, PluginContext context) => new HttpSink(options, context);
}
