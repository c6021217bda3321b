using System.Globalization;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Host;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// Rows whose trigger notifies, while the host is killed, PostgreSQL is restarted and killed, connections are terminated and become
/// half-open. One device catches up from the table, another one does not and names its gaps; each stores in a table that refuses doubles.
/// </summary>
internal sealed partial class Notifications() : FaultScenario("29",
    "50,000 notifications, 20 kills of the host, 5 restarts of PostgreSQL, connections cut, half-open",
    "with catch_up lost 0, doubles 0; without it every gap named")
{
    private const int RowsPerSecond = 400;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    // A row gets its time before it is committed and notified.
    private static readonly TimeSpan s_commit = TimeSpan.FromSeconds(1);

    public override Task RunAsync(FaultRun run) => RunAsync(run, run.Pick(50_000, 6000), run.Pick(20, 3), run.Pick(5, 2), run.Pick(10, 2),
        run.Pick(3, 1));

    public static async Task RunAsync(FaultRun run, int rows, int kills, int restarts, int cuts, int freezes)
    {
        Skip.If(PostgresServer.Programs is null, "postgresql is not installed");
        await using var server = await PostgresServer.StartNewAsync();
        await using var database = new ReadingsDatabase(server);
        await database.CreateAsync();
        using var proxy = new FreezingProxy(server.Port);
        using var site = CreateSite(proxy.Port);
        await using var host = new KilledHost(site, "sure", "plain");
        await host.StartAsync();
        var written = 0L;
        var writing = WriteAsync(database, rows, run.Random.Next(), n => Volatile.Write(ref written, n));
        foreach (var (point, fault) in Plan(run.Random, rows, kills, restarts, cuts, freezes))
        {
            await Until.MustHoldAsync(() => Volatile.Read(ref written) >= point || writing.IsFaulted, s_patience * 3, $"row {point}");
            switch (fault)
            {
                case Disturbance.Kill: await host.KillAndStartAsync(); break;
                case Disturbance.Restart or Disturbance.ServerKill: await RestartAsync(server, fault); break;
                case Disturbance.Cut: await database.TerminateAsync(); break;
                default: await FreezeAsync(proxy, host); break;
            }
        }

        await writing;
        var drained = await Until.HoldsAsync(async () => await database.CountAsync("kept") >= rows, s_patience);

        // Notifications after the faults arrive without catch_up too.
        var before = await database.CountAsync("bare");
        await host.ConnectedAsync();
        const int Last = 100;
        if (!await database.TryInsertAsync(rows + 1, Last)) throw new InvalidOperationException("the server is away");
        var isWell = await Until.HoldsAsync(async () => await database.CountAsync("bare") >= before + Last
            && await database.CountAsync("kept") >= rows + Last, s_patience);
        await host.StopAsync();

        var lost = await database.MissingAsync("kept");
        var missed = await database.MissingAsync("bare");
        var gaps = host.Outputs.SelectMany(output => GapLine().Matches(output))
            .Select(gap => (From: Time(gap, 1), To: Time(gap, 2))).ToList();
        var unnamed = missed.Where(at => !gaps.Exists(gap => gap.From - s_commit <= at && at <= gap.To)).ToList();
        run.Note($"{rows} rows, {host.Kills} kills, {restarts} restarts of the server, one of them a kill, {cuts} cuts, {freezes} freezes");
        run.Expect(drained is not null, string.Create(CultureInfo.InvariantCulture, $"drained in {drained?.TotalSeconds:0.0} s"));
        run.Expect(lost.Count == 0, $"with catch_up lost {lost.Count}");
        var others = await database.CountAsync("kept") + lost.Count - rows - Last;
        run.Expect(others == 0, $"doubles and others {others}");
        run.Expect(isWell is not null, "well afterwards");
        run.Note($"without it lost {missed.Count} in {gaps.Count} named gaps");
        run.Expect(unnamed.Count == 0, $"in none {unnamed.Count}");
        run.Expect(missed.Count > 0 && gaps.Count >= kills, "the faults were felt");
        run.Expect(Regex.IsMatch(host.Outputs[^1], "END sink=kept .*deadlettered=0 lost=0"), "account even, no dead letters");
    }

    private static List<(long Point, Disturbance Fault)> Plan(Random random, int rows, int kills, int restarts, int cuts, int freezes)
    {
        Disturbance[] faults =
        [
            .. Enumerable.Repeat(Disturbance.Kill, kills), .. Enumerable.Repeat(Disturbance.Restart, restarts - 1), Disturbance.ServerKill,
            .. Enumerable.Repeat(Disturbance.Cut, cuts), .. Enumerable.Repeat(Disturbance.Freeze, freezes),
        ];
        random.Shuffle(faults);
        return [.. faults.Select(fault => ((long)random.Next(rows / 50, rows * 49 / 50), fault)).OrderBy(f => f.Item1)];
    }

    private static async Task WriteAsync(ReadingsDatabase database, int rows, int seed, Action<long> written)
    {
        var random = new Random(seed);
        for (var first = 1L; first <= rows;)
        {
            var count = Math.Min(random.Next(1, 2 * RowsPerSecond / 20), rows - first + 1);
            var pause = Task.Delay(TimeSpan.FromSeconds((double)count / RowsPerSecond));
            if (await database.TryInsertAsync(first, count)) first += count;
            written(first - 1);
            await pause;
        }
    }

    private static async Task RestartAsync(PostgresServer server, Disturbance fault)
    {
        if (fault == Disturbance.ServerKill) await server.KillAsync();
        else await server.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await server.StartAsync();
    }

    /// <summary>Freezes the connections until both devices have noticed it.</summary>
    private static async Task FreezeAsync(FreezingProxy proxy, KilledHost host)
    {
        await host.ConnectedAsync();
        proxy.Freeze();
        await host.LostAsync();
        proxy.Thaw();
    }

    private static SiteFolder CreateSite(int port)
    {
        var server = $$"""
            host     = "127.0.0.1"
            port     = {{port}}
            database = "postgres"
            user     = "plant"
            password = { env = "PGPASSWORD" }
            """;
        var device = $$"""
            {{server}}
            driver        = "postgres"
            time          = "at"
            probe         = "2s"
            probe_timeout = "2s"
            reconnect     = { first = "500ms", max = "2s" }
            """;
        var site = new SiteFolder($$"""
            [site]
            name = "faults"
            [devices.sure]
            {{device}}
            catch_up = { table = "readings", time = "at", key = "n" }
            tags     = { n = "kept : n" }
            [devices.plain]
            {{device}}
            tags     = { n = "bare : n" }
            [sinks.kept]
            {{server}}
            sink          = "postgres"
            payload_table = "kept"
            columns       = { n = "bigint" }
            on_conflict   = "skip"
            [sinks.bare]
            {{server}}
            sink          = "postgres"
            payload_table = "bare"
            columns       = { n = "bigint" }
            on_conflict   = "skip"
            """);
        site.Write("recipes/all.csx", """
            Plant.sure.Scans.Where(scan => scan.Failure is null).Payload(scan => new { n = scan["n"] }).To(Sinks.kept);
            Plant.plain.Scans.Where(scan => scan.Failure is null).Payload(scan => new { n = scan["n"] }).To(Sinks.bare);
            """);
        return site;
    }

    private static DateTime Time(Match gap, int group) =>
        DateTime.Parse(gap.Groups[group].ValueSpan, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

    [GeneratedRegex("from=plain .*GAP from (\\S+Z) to (\\S+Z)")]
    private static partial Regex GapLine();

    private enum Disturbance
    {
        Kill,
        Restart,
        ServerKill,
        Cut,
        Freeze,
    }
}
