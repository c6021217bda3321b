namespace PlantRuntime.Contracts;

/// <summary>
/// A plugin that creates sinks. Derive from <see cref="SinkPlugin{TOptions}"/>. The host creates one object for each loaded plugin.
/// </summary>
public interface ISinkPlugin : IPlugin
{
    /// <summary>Type of the options. The host creates them from the sink's table in site.toml.</summary>
    Type OptionsType { get; }

    /// <summary>
    /// Creates a sink; performs no I/O. The host calls it for each new session and to check a site, on any thread.
    /// <paramref name="options"/> has the type <see cref="OptionsType"/>.
    /// </summary>
    ISink Open(object options, PluginContext context);
}

/// <summary>Base class of sink plugins; <see cref="DriverPlugin{TOptions}"/> describes the options.</summary>
/// <typeparam name="TOptions">The options of a sink, except those of the host: sink, queue, delivery.</typeparam>
public abstract class SinkPlugin<TOptions> : ISinkPlugin
    where TOptions : class
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public Type OptionsType => typeof(TOptions);

    /// <summary>Creates a sink; performs no I/O. The host calls it for each new session and to check a site, on any thread.</summary>
    public abstract ISink Open(TOptions options, PluginContext context);

    ISink ISinkPlugin.Open(object options, PluginContext context) => Open((TOptions)options, context);
}
