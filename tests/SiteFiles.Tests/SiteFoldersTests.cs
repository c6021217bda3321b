using PlantRuntime.Contracts;
using PlantRuntime.Sites;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>Checks the places of data, logs and relative paths of a site: its folder, or others if it belongs to a service.</summary>
public sealed class SiteFoldersTests
{
    private static bool HasDefaults =>
        !OperatingSystem.IsWindows() && Environment.GetEnvironmentVariables().Keys.Cast<string>().All(v => v is not
            ("PLANT_SITES" or "PLANT_DATA" or "PLANT_LOGS"));

    [SkippableTheory]
    [InlineData("/etc/plantruntime/sites/hall", "/var/lib/plantruntime/hall", "/var/log/plantruntime/hall")]
    [InlineData("/etc/plantruntime/sites/hall/", "/var/lib/plantruntime/hall", "/var/log/plantruntime/hall")]
    [InlineData("/etc/plantruntime/sites/hall/line", "/etc/plantruntime/sites/hall/line/data", "/etc/plantruntime/sites/hall/line/logs")]
    [InlineData("/etc/plantruntime/sites", "/etc/plantruntime/sites/data", "/etc/plantruntime/sites/logs")]
    [InlineData("/etc/plantruntime/sites-old/hall", "/etc/plantruntime/sites-old/hall/data", "/etc/plantruntime/sites-old/hall/logs")]
    [InlineData("/home/anna/hall", "/home/anna/hall/data", "/home/anna/hall/logs")]
    [InlineData("/", "/data", "/logs")]
    public void Only_the_sites_of_a_service_have_their_data_elsewhere(string site, string data, string logs)
    {
        Skip.IfNot(HasDefaults, "the defaults are those of Linux without PLANT_… variables");
        Assert.Equal((data, logs), (SiteFolders.Data(site), SiteFolders.Logs(site)));
    }

    [SkippableTheory]
    [InlineData("/etc/plantruntime/sites/hall", "logs/plant.log", "/var/log/plantruntime/hall/plant.log")]
    [InlineData("/etc/plantruntime/sites/hall", "plant.log", "/var/log/plantruntime/hall/plant.log")]
    [InlineData("/etc/plantruntime/sites/hall", "/mnt/plant.log", "/mnt/plant.log")]
    [InlineData("/home/anna/hall", "logs/plant.log", "/home/anna/hall/logs/plant.log")]
    [InlineData("/home/anna/hall", "plant.log", "/home/anna/hall/plant.log")]
    public void The_log_is_in_the_folder_of_logs(string site, string file, string path)
    {
        Skip.IfNot(HasDefaults, "the defaults are those of Linux without PLANT_… variables");
        Assert.Equal(path, SiteFolders.LogFile(site, file));
    }

    [SkippableTheory]
    [InlineData("data", "/lib/hall", "/lib/hall")]
    [InlineData("data/a.db", "/lib/hall/a.db", "/lib/hall/a.db")]
    [InlineData("database/a.db", "/hall/database/a.db", "/lib/hall/database/a.db")]
    [InlineData("pki", "/hall/pki", "/lib/hall/pki")]
    [InlineData("/mnt/a.db", "/mnt/a.db", "/mnt/a.db")]
    public void A_plugin_reads_in_the_folder_of_the_site_and_writes_in_that_of_the_data(string path, string read, string written)
    {
        Skip.If(OperatingSystem.IsWindows(), "the paths are those of Unix");
        var service = new PluginContext("s", "hall", "/hall", TimeProvider.System, new NoLog()) { DataFolder = "/lib/hall" };
        Assert.Equal((read, written), (service.PathOf(path), service.WritablePathOf(path)));
        var own = new PluginContext("s", "hall", "/hall", TimeProvider.System, new NoLog());
        Assert.Equal(Path.GetFullPath(path, "/hall"), own.PathOf(path));
        Assert.Equal(own.PathOf(path), own.WritablePathOf(path));
    }

    private sealed class NoLog : IPluginLog
    {
        public void Info(string message) => throw new InvalidOperationException(message);

        public void Warn(string message) => throw new InvalidOperationException(message);
    }
}
