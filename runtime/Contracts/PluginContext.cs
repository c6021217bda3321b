namespace PlantRuntime.Contracts;

/// <summary>What the host gives to a driver or sink that it opens.</summary>
/// <param name="name">Name of the device or sink in site.toml.</param>
/// <param name="site">Name of the site.</param>
/// <param name="siteFolder">Absolute folder of the site: relative paths in options are meant from here.</param>
/// <param name="time">The only clock a plugin may use.</param>
/// <param name="log">Where a plugin says what no exception can.</param>
public sealed class PluginContext(string name, string site, string siteFolder, TimeProvider time, IPluginLog log)
{
    /// <summary>Name of the device or sink in site.toml.</summary>
    public string Name { get; } = name;

    /// <summary>Name of the site.</summary>
    public string Site { get; } = site;

    /// <summary>Whose plant it is, as site.toml says; empty when it does not.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Absolute folder of the site: relative paths in options are meant from here.</summary>
    public string SiteFolder { get; } = siteFolder;

    /// <summary>The only clock a plugin may use.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>
    /// Where a plugin says what no exception can. Failures are thrown, not logged: the host logs them once, with device and tag.
    /// </summary>
    public IPluginLog Log { get; } = log;

    /// <summary>An option's path as an absolute one.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, SiteFolder);
}
