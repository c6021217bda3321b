using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PlantRuntime.Conformance.Peers;
using Xunit.Abstractions;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Two running hosts of one site and the lease in a real PostgreSQL.</summary>
[Trait("Needs", "Server")]
public sealed class LeaseTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, string> s_environment = new() { ["PGPASSWORD"] = PostgresServer.Password };

    [SkippableFact]
    public async Task The_waiting_host_takes_over_after_kill_9_a_terminated_session_and_a_half_open_connection()
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        await using var server = await PostgresServer.StartNewAsync("fsync = off");
        using var relay = new Relay(server.Port);
        using var folder = new SiteFolder(Site(server.Port));
        using var other = new SiteFolder(Site(relay.Port));
        foreach (var site in new[] { folder, other })
            site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.store);");

        await using var first = PlantProcess.Start(s_environment, "run", folder.Path);
        await first.WhenAsync("LEASE state=Active");
        await first.WhenAsync("CONNECTED sink=store");
        await using var second = PlantProcess.Start(s_environment, "run", other.Path);
        await second.WhenAsync("LEASE state=Waiting reason=\"another host is active\"");

        // kill -9 of the active host.
        var watch = Stopwatch.StartNew();
        await first.SignalAsync("KILL");
        await second.WhenAsync("LEASE state=Active");
        output.WriteLine($"after kill -9: active after {watch.Elapsed.TotalSeconds:0.0} s");
        await second.WhenAsync("CONNECTED sink=store");

        // The server terminates the session of the active host: it stops, the waiting host goes on.
        await using var third = PlantProcess.Start(s_environment, "run", folder.Path);
        await third.WhenAsync("LEASE state=Waiting reason=\"another host is active\"");
        watch.Restart();
        await QueryAsync(server, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
        await second.WhenAsync("LEASE state=Lost");
        await third.WhenAsync("LEASE state=Active");
        output.WriteLine($"after a terminated session: active after {watch.Elapsed.TotalSeconds:0.0} s");
        await second.WhenAsync("LEASE state=Waiting reason=\"another host is active\"", count: 2);

        // The connection of the active host is cut, now the one through the relay.
        await third.SignalAsync("TERM");
        Assert.Equal(0, await third.WhenExitedAsync());
        await second.WhenAsync("LEASE state=Active", count: 2);
        await using var fourth = PlantProcess.Start(s_environment, "run", folder.Path);
        await fourth.WhenAsync("LEASE state=Waiting reason=\"another host is active\"");
        watch.Restart();
        relay.Stall();
        await second.WhenAsync("LEASE state=Lost", count: 2);
        await fourth.WhenAsync("LEASE state=Active");
        output.WriteLine($"after a half-open connection: active after {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal("1", await QueryAsync(server, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"));
    }

    [SkippableFact]
    public async Task A_waiting_host_tests_the_ways_to_its_devices()
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        await using var server = await PostgresServer.StartNewAsync("fsync = off");
        using var folder = new SiteFolder(Site(server.Port));
        var port = ClosedPort.Find();
        using var other = new SiteFolder(Site(server.Port) + string.Create(CultureInfo.InvariantCulture, $$"""

            [devices.meter]
            driver = "modbus"
            host   = "127.0.0.1"
            port   = {{port}}
              [devices.meter.tags]
              a = "holding:0"
            """));
        foreach (var site in new[] { folder, other }) site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.store);");
        await using var first = PlantProcess.Start(s_environment, "run", folder.Path);
        await first.WhenAsync("LEASE state=Active");
        await using var second = PlantProcess.Start(s_environment, "run", other.Path);
        await second.WhenAsync($"STANDBY device=meter state=Unreachable reason=\"{port}: connection refused\"");
        using var meter = new TcpListener(IPAddress.Loopback, port);
        meter.Start();
        await second.WhenAsync("STANDBY device=meter state=Reachable");
        await first.SignalAsync("TERM");
        await second.WhenAsync("LEASE state=Active");
        await second.WhenAsync("START plant=1 device=meter ");
    }

    [Fact]
    public async Task Health_is_answered_by_http()
    {
        var port = ClosedPort.Find();
        using var site = new SiteFolder(SiteFolder.DefaultSite.Replace(
            "[site]", string.Create(CultureInfo.InvariantCulture, $"[site]\nhealth = \"127.0.0.1:{port}\""), StringComparison.Ordinal));
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("WEB address=127.0.0.1");
        await plant.WhenAsync("CONNECTED sink=lines");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.Contains("\"site\":", await client.GetStringAsync(new Uri("/health", UriKind.Relative)), StringComparison.Ordinal);
        using var lost = await client.GetAsync(new Uri("/other", UriKind.Relative));
        Assert.Equal(404, (int)lost.StatusCode);
        using var posted = await client.PostAsync(new Uri("/health", UriKind.Relative), null);
        Assert.Equal(405, (int)posted.StatusCode);
    }

    private static async Task<string> QueryAsync(PostgresServer server, string sql)
    {
        var start = new ProcessStartInfo(
            Path.Combine(PostgresServer.Programs!, "psql"),
            ["-qtAX", "-v", "ON_ERROR_STOP=1", "-c", sql, $"host=127.0.0.1 port={server.Port} user=plant dbname=postgres"])
            { RedirectStandardOutput = true };
        start.Environment["PGPASSWORD"] = PostgresServer.Password;
        using var psql = Process.Start(start)!;
        var output = await psql.StandardOutput.ReadToEndAsync();
        await psql.WaitForExitAsync();
        Assert.Equal(0, psql.ExitCode);
        return output.Trim();
    }

    private static string Site(int port) => $$"""
        [site]
        name  = "twins"
        lease = { postgres = "store" }

        [devices.line]
        driver = "simulator"
        poll   = "200ms"
        tags   = { energy = "sine min=0 max=10 period=10s" }

        [sinks.store]
        sink     = "postgres"
        host     = "127.0.0.1"
        port     = {{port}}
        database = "postgres"
        user     = "plant"
        password = { env = "PGPASSWORD" }
        """;
}
