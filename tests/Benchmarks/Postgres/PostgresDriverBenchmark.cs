using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Benchmarks.Postgres;

/// <summary>
/// Measures notifications per second of the driver, with the values and times of JSON payloads and, in the second case, the keys and
/// positions of catch-up, against a bare Npgsql listener on the same notifications. Both are measured in turns, so that varying load
/// affects both; the result is the median of the ratios.
/// </summary>
internal static class PostgresDriverBenchmark
{
    private const int Notifications = 5000;

    // Until both run as optimized code: on a busy machine the compiler of the runtime needs some seconds for that.
    private const int WarmUp = 60;
    private const int Rounds = 15;
    private const double Goal = 0.6;

    public static async Task RunAsync()
    {
        if (PostgresServer.Programs is null)
        {
            Console.WriteLine("postgres-driver: skipped: install Debian's package postgresql");
            return;
        }

        await using var server = await PostgresServer.StartNewAsync("fsync = off");
        var connectionString =
            $"Host=127.0.0.1;Port={server.Port};Database=postgres;Username=plant;Password={PostgresServer.Password};Pooling=false";
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var admin = await source.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("CREATE TABLE readings (valor double precision, tiempo timestamptz)", admin))
            await create.ExecuteNonQueryAsync();
        foreach (var catchesUp in (bool[])[false, true]) await CompareAsync(source, admin, server.Port, catchesUp);
    }

    private static async Task CompareAsync(NpgsqlDataSource source, NpgsqlConnection admin, int port, bool catchesUp)
    {
        using var folder = new TemporaryFolder();
        var options = new PostgresDriverOptions
        {
            Host = "127.0.0.1", Port = port, Database = "postgres", User = "plant", Password = new Secret(PostgresServer.Password),
            Time = "tiempo", CatchUp = catchesUp ? new PostgresTableOptions { Table = "readings", Time = "tiempo" } : null,
        };
        var context = new PluginContext("pumps", "bench", folder.Path, TimeProvider.System, new CapturingPluginLog());
        await using var driver = (ISubscriber)((IDriverPlugin)new PostgresPlugin()).Open(options, context);
        var reader = driver.Prepare([new TagDefinition("valor", "canal : valor")]);
        var buffer = new ScanBuffer([new Tag(0, "valor", "pumps")]);
        await driver.ConnectAsync(default);
        await using var bare = await source.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("LISTEN canal", bare)) await listen.ExecuteNonQueryAsync();
        var received = 0L;
        bare.Notification += (_, _) => received++;
        var (driverSeconds, bareSeconds, ratios, scans) = (new List<double>(), new List<double>(), new List<double>(), 0L);
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var first = (round + WarmUp) * Notifications;
            await using var notify = new NpgsqlCommand(
                $"SELECT pg_notify('canal', format('{{\"id_sensor\":1,\"valor\":%s.5,\"tiempo\":%s}}', i, 1735725600 + {first} + i)) "
                + $"FROM generate_series(1, {Notifications}) i", admin);
            await notify.ExecuteNonQueryAsync();
            var theirs = await TimeAsync(async () =>
            {
                for (var end = received + Notifications; received < end;) await bare.WaitAsync();
            });
            var ours = await TimeAsync(async () =>
            {
                for (var i = 0; i < Notifications; i++)
                {
                    buffer.Reset(default);
                    await reader.ReadAsync(buffer, default);
                    if (++scans % 64 == 0) await driver.AcknowledgeAsync(scans, default);
                }
            });
            if (round < 0) continue;
            driverSeconds.Add(ours);
            bareSeconds.Add(theirs);
            ratios.Add(theirs / ours);
        }

        var ratio = Measure.Median(ratios);
        Measure.Print(
            $"postgres-driver{(catchesUp ? ", catch_up" : "")}: notifications/s / bare",
            $"{ratio:0.00} ({Notifications / Measure.Median(driverSeconds):0} / {Notifications / Measure.Median(bareSeconds):0})",
            ratio >= Goal,
            $">= {Goal.ToString(CultureInfo.InvariantCulture)}");
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var start = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
