using System.Net.Sockets;
using System.Text;
using PlantRuntime.Conformance;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The host as a service: what it tells systemd, its exit codes, and a site whose folder it may not write.</summary>
[Trait("Needs", "Process")]
public sealed class ServiceTests
{
    [SkippableFact]
    public async Task Systemd_hears_that_the_host_is_ready_alive_and_stopping()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "systemd needs Linux");
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        using var systemd = new NotifySocket(site.At("notify.sock"));
        await using var plant = PlantProcess.Start(
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = systemd.Path, ["WATCHDOG_USEC"] = "300000" }, "run", site.Path);

        // The watchdog counts from READY on: it is the first message, and the loop's reports follow.
        Assert.Equal("READY=1\nSTATUS=running: 2 devices, 1 sink", await systemd.ReceiveAsync());
        for (var i = 0; i < 3; i++) Assert.Equal("WATCHDOG=1", await systemd.ReceiveAsync());
        await plant.SignalAsync("TERM");
        string message;
        while ((message = await systemd.ReceiveAsync()) == "WATCHDOG=1");
        Assert.StartsWith("STOPPING=1\n", message);
        Assert.Equal(0, await plant.WhenExitedAsync());
    }

    [SkippableFact]
    public async Task A_host_does_not_report_that_it_is_alive_to_a_watchdog_of_another_process()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "systemd needs Linux");
        using var site = new SiteFolder();
        using var systemd = new NotifySocket(site.At("notify.sock"));
        await using var plant = PlantProcess.Start(
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = systemd.Path, ["WATCHDOG_USEC"] = "300000", ["WATCHDOG_PID"] = "1" },
            "run", site.Path, "--for", "2s");
        Assert.StartsWith("READY=1\n", await systemd.ReceiveAsync());
        Assert.StartsWith("STOPPING=1\n", await systemd.ReceiveAsync());
        Assert.Equal(0, await plant.WhenExitedAsync());
    }

    [SkippableFact]
    public async Task A_host_goes_on_when_nobody_hears_it()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "systemd needs Linux");
        using var site = new SiteFolder();
        using var systemd = new NotifySocket(site.At("notify.sock"));
        await using var plant = PlantProcess.Start(
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = systemd.Path, ["WATCHDOG_USEC"] = "300000" },
            "run", site.Path, "--for", "2s");
        Assert.StartsWith("READY=1\n", await systemd.ReceiveAsync());
        systemd.Dispose();
        File.Delete(systemd.Path);
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.DoesNotContain("LOOP", plant.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_with_errors_ends_with_an_exit_code_of_its_own()
    {
        using var site = new SiteFolder(SiteFolder.DefaultSite.Replace("name =", "nam =", StringComparison.Ordinal));
        Assert.Equal(78, (await PlantProcess.RunAsync("run", site.Path)).ExitCode);
        site.Write("site.toml", SiteFolder.DefaultSite.Replace("counter every", "counter evry", StringComparison.Ordinal));
        Assert.Equal(78, (await PlantProcess.RunAsync("run", site.Path)).ExitCode);
        Assert.Equal(78, (await PlantProcess.RunAsync("run", site.At("missing"))).ExitCode);
    }

    [SkippableFact]
    public async Task The_site_of_a_service_is_only_read_and_commands_find_its_data()
    {
        Skip.If(OperatingSystem.IsWindows(), "the rights of folders are those of Unix");
        using var root = new TemporaryFolder();
        var (site, data, logs) = (root.Of("sites", "hall"), root.Of("lib", "hall"), root.Of("log", "hall"));
        Directory.CreateDirectory(Path.Combine(site, "recipes"));
        File.WriteAllText(Path.Combine(site, "site.toml"), $"""
            {SiteFolder.DefaultSite}

            [sinks.elsewhere]
            sink = "jsonl"
            path = "out/all.jsonl"

            [sinks.table]
            sink = "sqlite"
            path = "data/all.db"
            """);
        File.WriteAllText(
            Path.Combine(site, "recipes", "all.csx"), "Plant.line.Scans.To(Sinks.lines, Sinks.elsewhere, Sinks.table);");
        var before = Files(site);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(site, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string>
        {
            ["PLANT_SITES"] = root.Of("sites"), ["PLANT_DATA"] = root.Of("lib"), ["PLANT_LOGS"] = root.Of("log"),
        };

        await using (var plant = PlantProcess.Start(environment, "run", site))
        {
            await plant.WhenAsync("CONNECTED sink=table");
            var (code, output) = await PlantProcess.RunAsync(environment, "read", site, "line");
            Assert.True(code == 0, output);
            (code, output) = await PlantProcess.RunAsync(environment, "queue", site + "/");
            Assert.True(code == 0 && output.Contains("elsewhere", StringComparison.Ordinal), output);
            (code, output) = await PlantProcess.RunAsync(environment, "user", "token", site, "display");
            Assert.True(code == 0, output);
            await plant.SignalAsync("TERM");
            Assert.Equal(0, await plant.WhenExitedAsync());
        }

        Assert.Equal(before, Files(site));
        foreach (var file in new[] { "queue.db", "lines.jsonl", "all.db", "out/all.jsonl", "web/users.json" })
            Assert.True(File.Exists(Path.Combine(data, file)), $"{file} is not among\n{string.Join('\n', Files(data))}");
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(data, "recipes"), "*.dll"));
        foreach (var file in new[] { "plant.log", "audit.jsonl", "crash.log" })
            Assert.True(File.Exists(Path.Combine(logs, file)), $"{file} is not among\n{string.Join('\n', Files(logs))}");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(site, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string[] Files(string folder) =>
        [.. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>The socket on which systemd receives notifications: datagrams of a Unix socket.</summary>
    private sealed class NotifySocket : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        private readonly byte[] _buffer = new byte[4096];

        public NotifySocket(string path)
        {
            Path = path;
            _socket.Bind(new UnixDomainSocketEndPoint(path));
        }

        public string Path { get; }

        public async Task<string> ReceiveAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            return Encoding.UTF8.GetString(_buffer, 0, await _socket.ReceiveAsync(_buffer.AsMemory(), patience.Token));
        }

        public void Dispose() => _socket.Dispose();
    }
}
