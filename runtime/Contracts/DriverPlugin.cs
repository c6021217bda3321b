namespace PlantRuntime.Contracts;

/// <summary>
/// A plugin that creates drivers. Derive from <see cref="DriverPlugin{TOptions}"/>. The host creates one object for each loaded plugin.
/// </summary>
public interface IDriverPlugin : IPlugin
{
    /// <summary>
    /// Type of the options. The host creates them from the device's table in site.toml, as <see cref="DriverPlugin{TOptions}"/> describes.
    /// </summary>
    Type OptionsType { get; }

    /// <summary>
    /// Creates a driver; performs no I/O. The host calls it for each new session and to check a site, on any thread.
    /// <paramref name="options"/> has the type <see cref="OptionsType"/>.
    /// </summary>
    IDriver Open(object options, PluginContext context);
}

/// <summary>
/// Base class of driver plugins. <typeparamref name="TOptions"/> is a plain class: property <c>UnitId</c> is the key <c>unit_id</c>, a
/// <c>required</c> property is mandatory, an initial value is the default. Property types: string, bool, integers, double, TimeSpan
/// ("250ms"), <see cref="ByteSize"/> ("512MB"), <see cref="PortSetting"/>, <see cref="Secret"/>, enums (snake_case), nested
/// classes (tables), lists and string-keyed dictionaries of these, nullable where optional. <see cref="BoundsAttribute"/> limits
/// numbers.
/// </summary>
/// <typeparam name="TOptions">The options of a device, except those of the host: driver, poll, timeout, reconnect, tags.</typeparam>
public abstract class DriverPlugin<TOptions> : IDriverPlugin
    where TOptions : class
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public Type OptionsType => typeof(TOptions);

    /// <summary>Creates a driver; performs no I/O. The host calls it for each new session and to check a site, on any thread.</summary>
    public abstract IDriver Open(TOptions options, PluginContext context);

    IDriver IDriverPlugin.Open(object options, PluginContext context) => Open((TOptions)options, context);
}
