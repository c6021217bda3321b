namespace PlantRuntime.Contracts;

/// <summary>
/// The entry point of a plugin assembly: one public class with a parameterless constructor that derives from
/// <see cref="DriverPlugin{TOptions}"/> or <see cref="SinkPlugin{TOptions}"/>, or implements <see cref="IDriverPlugin"/> and
/// <see cref="ISinkPlugin"/>.
/// </summary>
public interface IPlugin
{
    /// <summary>Value of <c>driver =</c> or <c>sink =</c> in site.toml, in lower case: "modbus".</summary>
    string Name { get; }
}

/// <summary>
/// The environment that the host passes to a driver or sink. The host creates one for each driver or sink. Immutable; any thread.
/// </summary>
/// <param name="name">Name of the device or sink in site.toml.</param>
/// <param name="site">Name of the site.</param>
/// <param name="siteFolder">Absolute path of the site's folder; relative paths in options start here.</param>
/// <param name="time">The only clock that a plugin may use.</param>
/// <param name="log">Log for events that are not failures.</param>
public sealed class PluginContext(string name, string site, string siteFolder, TimeProvider time, IPluginLog log)
{
    private const string Data = "data";

    /// <summary>Name of the device or sink in site.toml.</summary>
    public string Name { get; } = name;

    /// <summary>Name of the site.</summary>
    public string Site { get; } = site;

    /// <summary>Tenant from site.toml; empty if none is given.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Absolute path of the site's folder; relative paths in options start here.</summary>
    public string SiteFolder { get; } = siteFolder;

    /// <summary>
    /// For a device, the zone of its times that name none: that of the device in site.toml, otherwise that of the site, otherwise UTC. For
    /// a sink, the zone of the site, in which days begin.
    /// </summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>
    /// For a device, its <c>poll</c> from site.toml: for subscribers that have to ask for something, at an interval. The host itself polls
    /// all others.
    /// </summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The only clock that a plugin may use.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>The trace of the device, to which a driver reports the messages that it sends and receives.</summary>
    public WireTrace Trace { get; init; } = new(time);

    /// <summary>
    /// Log for events that are not failures. Failures are thrown; the host logs them once, with device and tag. Thread-safe.
    /// </summary>
    public IPluginLog Log { get; } = log;

    /// <summary>
    /// Absolute path of the folder for what the host and its plugins write: <c>data</c> in the site's folder, or a folder elsewhere if a
    /// service runs the site, which may not write the site's folder.
    /// </summary>
    public string DataFolder { get; init; } = Path.Combine(siteFolder, Data);

    /// <summary>
    /// Returns the absolute path of a path in options. Relative paths start at the site's folder; <c>data/…</c> is in
    /// <see cref="DataFolder"/>.
    /// </summary>
    public string PathOf(string path) => InData(path) ?? Path.GetFullPath(path, SiteFolder);

    /// <summary>
    /// Returns the absolute path of a path in options that the plugin writes: as <see cref="PathOf"/>, but if a service runs the site,
    /// every relative path is in <see cref="DataFolder"/>.
    /// </summary>
    public string WritablePathOf(string path) =>
        InData(path) ?? Path.GetFullPath(path, DataFolder == Path.Combine(SiteFolder, Data) ? SiteFolder : DataFolder);

    private string? InData(string path)
    {
        if (path == Data) return DataFolder;
        var isBelow = path.StartsWith(Data, StringComparison.Ordinal)
            && (path[Data.Length] == Path.DirectorySeparatorChar || path[Data.Length] == Path.AltDirectorySeparatorChar);
        return isBelow ? Path.GetFullPath(path[(Data.Length + 1)..], DataFolder) : null;
    }
}

/// <summary>The log of a plugin. The host adds time and device, and limits the number of lines per second. Thread-safe.</summary>
public interface IPluginLog
{
    /// <summary>Logs information for an operator.</summary>
    void Info(string message);

    /// <summary>Logs a problem that does not stop the work.</summary>
    void Warn(string message);
}
