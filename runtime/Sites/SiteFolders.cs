namespace PlantRuntime.Sites;

/// <summary>
/// Names the folders that the host writes for a site. A site that lies directly in the folder of <c>PLANT_SITES</c>, by default
/// <c>/etc/plantruntime/sites</c>, belongs to a service that may not write it: its data are in <c>PLANT_DATA</c> (by default
/// <c>/var/lib/plantruntime</c>) and its logs in <c>PLANT_LOGS</c> (<c>/var/log/plantruntime</c>), in folders with its name. Every other
/// site has <c>data</c> and <c>logs</c> in its own folder. All programs and commands ask here, so they agree. Reads the environment;
/// touches no file; any thread.
/// </summary>
internal static class SiteFolders
{
    /// <summary>Returns the folder of queue, state, users, socket and relative paths of sinks.</summary>
    /// <param name="siteFolder">Absolute path of the site's folder.</param>
    public static string Data(string siteFolder) => Find(siteFolder, "data", "PLANT_DATA", "/var/lib/plantruntime");

    /// <summary>Returns the folder of the log, the audit log and reports of crashes.</summary>
    /// <inheritdoc cref="Data"/>
    public static string Logs(string siteFolder) => Find(siteFolder, "logs", "PLANT_LOGS", "/var/log/plantruntime");

    /// <summary>Returns true if a service runs the site, so that its data are not in its own folder.</summary>
    /// <inheritdoc cref="Data"/>
    public static bool IsOfService(string siteFolder) => Data(siteFolder) != Path.Combine(siteFolder, "data");

    /// <summary>Returns the path of the log file: a relative one of a service's site lies in the folder of its logs.</summary>
    /// <param name="siteFolder">Absolute path of the site's folder.</param>
    /// <param name="file">The path in site.toml, for instance <c>logs/plant.log</c>.</param>
    public static string LogFile(string siteFolder, string file)
    {
        var logs = Logs(siteFolder);
        if (logs == Path.Combine(siteFolder, "logs") || Path.IsPathRooted(file)) return Path.GetFullPath(file, siteFolder);
        return Path.GetFullPath(file.StartsWith("logs/", StringComparison.Ordinal) ? file["logs/".Length..] : file, logs);
    }

    private static string Find(string siteFolder, string own, string variable, string fallback)
    {
        var site = Path.TrimEndingDirectorySeparator(siteFolder);
        var isOfService = (Read("PLANT_SITES") ?? OnUnix("/etc/plantruntime/sites")) is { } sites
            && string.Equals(Path.GetDirectoryName(site), Path.TrimEndingDirectorySeparator(Path.GetFullPath(sites)),
                OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        return isOfService && (Read(variable) ?? OnUnix(fallback)) is { } folder
            ? Path.Combine(Path.GetFullPath(folder), Path.GetFileName(site)) : Path.Combine(siteFolder, own);
    }

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;

    private static string? OnUnix(string path) => OperatingSystem.IsWindows() ? null : path;
}
