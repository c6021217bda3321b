namespace PlantRuntime.Contracts;

/// <summary>A plugin that opens drivers. Derive from <see cref="DriverPlugin{TOptions}"/>.</summary>
public interface IDriverPlugin : IPlugin
{
    /// <summary>
    /// Type of the options, which the host binds from the device's table in site.toml (snake_case keys, see <see
    /// cref="DriverPlugin{TOptions}"/>).
    /// </summary>
    Type OptionsType { get; }

    /// <summary>Opens a driver without I/O. <paramref name="options"/> is an <see cref="OptionsType"/>.</summary>
    IDriver Open(object options, PluginContext context);
}
