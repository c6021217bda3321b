namespace PlantRuntime.Contracts;

/// <summary>A sink with typed options; see <see cref="DriverPlugin{TOptions}"/> for what options may hold.</summary>
/// <typeparam name="TOptions">The options of a sink, apart from the host's own: sink, queue, delivery.</typeparam>
public abstract class SinkPlugin<TOptions> : ISinkPlugin
    where TOptions : class
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public Type OptionsType => typeof(TOptions);

    /// <summary>Opens a sink without I/O.</summary>
    public abstract ISink Open(TOptions options, PluginContext context);

    ISink ISinkPlugin.Open(object options, PluginContext context) => Open((TOptions)options, context);
}
