namespace PlantRuntime.Contracts;

/// <summary>A plugin that opens sinks. Derive from <see cref="SinkPlugin{TOptions}"/>.</summary>
public interface ISinkPlugin : IPlugin
{
    /// <summary>Type of the options, which the host binds from the sink's table in site.toml.</summary>
    Type OptionsType { get; }

    /// <summary>Opens a sink without I/O. <paramref name="options"/> is an <see cref="OptionsType"/>.</summary>
    ISink Open(object options, PluginContext context);
}
