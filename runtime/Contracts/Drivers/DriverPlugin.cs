namespace PlantRuntime.Contracts;

/// <summary>
/// A driver with typed options. <typeparamref name="TOptions"/> is a plain class: property <c>UnitId</c> is the key <c>unit_id</c>, a
/// <c>required</c> property must be given, an initial value is the default. Property types: string, bool, integers, double, TimeSpan
/// ("250ms"), <see cref="ByteSize"/> ("512MB"), <see cref="Secret"/>, enums (snake_case), nested classes (tables), lists and
/// string-keyed dictionaries of these, nullable where optional. <see cref="BoundsAttribute"/> limits numbers.
/// </summary>
/// <typeparam name="TOptions">The options of a device, apart from the host's own: driver, poll, timeout, reconnect, tags.</typeparam>
public abstract class DriverPlugin<TOptions> : IDriverPlugin
    where TOptions : class
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public Type OptionsType => typeof(TOptions);

    /// <summary>Opens a driver without I/O.</summary>
    public abstract IDriver Open(TOptions options, PluginContext context);

    IDriver IDriverPlugin.Open(object options, PluginContext context) => Open((TOptions)options, context);
}
