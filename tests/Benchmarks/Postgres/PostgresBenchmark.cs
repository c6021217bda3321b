using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Logging;
using PlantRuntime.Plugins.Postgres;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Format;

namespace PlantRuntime.Benchmarks.Postgres;

/// <summary>
/// Measures rows per second from a recipe's output through the queue on disk and the sink, exactly-once on, against bare binary COPY of the
/// same rows by the same driver into the same kind of table, one transaction per batch. Both are measured in turns, so that varying load
/// affects both; the result is the median of the ratios. Starts a separate server with fsync.
/// </summary>
internal static class PostgresBenchmark
{
    private const int Records = 500;
    private const int WarmUp = 5;
    private const int Rounds = 21;
    private const int BatchesPerRound = 5;
    private const double Goal = 0.5;

    public static async Task Run()
    {
        if (PostgresServer.Programs is null)
        {
            Console.WriteLine("postgres: skipped: install Debian's package postgresql");
            return;
        }

        await using var server = await PostgresServer.StartNewAsync();
        await using var source = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Database=postgres;Username=plant;Password={PostgresServer.Password};Pooling=false");
        await using var connection = await source.OpenConnectionAsync();
        var options = new PostgresSinkOptions
        {
            Host = "127.0.0.1", Port = server.Port, Database = "postgres", User = "plant", Password = new Secret(PostgresServer.Password),
        };
        await using (var sink = Open(options))
        {
            // Creates the table whose copy the bare side uses.
            await sink.ConnectAsync(default);
        }

        await using (var create = new NpgsqlCommand("CREATE TABLE bare (LIKE samples INCLUDING ALL)", connection))
            await create.ExecuteNonQueryAsync();
        foreach (var tags in (int[])[1, 20]) await CompareAsync(options, connection, Batch(tags));
    }

    private static ISink Open(PostgresSinkOptions options) =>
        new PostgresPlugin().Open(options, new PluginContext("store", "bench", ".", TimeProvider.System, new NoLog()));

    private static async Task CompareAsync(PostgresSinkOptions options, NpgsqlConnection connection, RecordBatch batch)
    {
        using var folder = new TemporaryFolder();
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, new TextWriterTarget(Console.Out));
        using var queue = new DiskQueue(new QueueFolder(folder.Path), new Dictionary<string, QueueLimits> { ["store"] = new() },
            TimeProvider.System, log);
        using var runner = new SinkSupervisor(
            BenchmarkFixture.Sink("store"), queue, new QuestionRegistry(TimeProvider.System), () => 0.5, TimeProvider.System, log);
        runner.Start(() => Open(options));
        var routes = new RouteSet("bench.csx", ["store"]);
        var (sinkSeconds, bareSeconds, ratios) = (new List<double>(), new List<double>(), new List<double>());
        var sent = 0L;
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var bare = await TimeAsync(async () =>
            {
                for (var i = 0; i < BatchesPerRound; i++) await CopyAsync(connection, batch);
            });
            var full = await TimeAsync(async () =>
            {
                for (var i = 0; i < BatchesPerRound * batch.Count; i++)
                {
                    var record = batch[i % batch.Count];
                    queue.Add(routes, record.Time, record.Device, record.Samples.Span, default);
                }

                sent += BatchesPerRound * batch.Count;
                while (runner.Counts.Delivered < sent) await Task.Delay(1);
            });
            if (round < 0) continue;
            bareSeconds.Add(bare);
            sinkSeconds.Add(full);
            ratios.Add(bare / full);
        }

        await runner.StopAsync(TimeSpan.FromSeconds(5));
        double rows = BatchesPerRound * batch.SampleCount;
        var ratio = Measure.Median(ratios);
        Measure.Print(
            $"postgres: rows/s, {batch.SampleCount} a batch / bare COPY",
            $"{ratio:0.00} ({rows / Measure.Median(sinkSeconds):0} / {rows / Measure.Median(bareSeconds):0})",
            ratio >= Goal,
            $">= {Goal.ToString(CultureInfo.InvariantCulture)}");
    }

    private static RecordBatch Batch(int tagCount)
    {
        var batch = new RecordBatch { Queue = Guid.NewGuid() };
        var tags = Enumerable.Range(0, tagCount).Select(i => new Tag(i, $"tag_{i}", "press", "bar")).ToArray();
        var start = TimeProvider.System.GetUtcNow().UtcDateTime;
        for (var i = 0; i < Records; i++)
        {
            var time = start.AddMilliseconds(i);
            batch.Add(time, "press", [.. tags.Select(tag => new Sample { Tag = tag, Value = i * 0.1, Time = time })]);
        }

        return batch;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, RecordBatch batch)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync(
            "COPY bare (time, site, device, tag, value, text, quality, unit) FROM STDIN (FORMAT binary)"))
        {
            for (var i = 0; i < batch.Count; i++)
            {
                foreach (var sample in batch[i].Samples.ToArray())
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync(sample.Time, NpgsqlDbType.TimestampTz);
                    await copy.WriteAsync("bench", NpgsqlDbType.Text);
                    await copy.WriteAsync(batch[i].Device, NpgsqlDbType.Text);
                    await copy.WriteAsync(sample.Tag.Name, NpgsqlDbType.Text);
                    await copy.WriteAsync(sample.Value.Number, NpgsqlDbType.Double);
                    await copy.WriteNullAsync();
                    await copy.WriteAsync(sample.Quality.ToText(), NpgsqlDbType.Text);
                    await copy.WriteAsync(sample.Tag.Unit, NpgsqlDbType.Text);
                }
            }

            await copy.CompleteAsync();
        }

        await transaction.CommitAsync();
    }

    /// <summary>Runs one round and returns its seconds.</summary>
    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var start = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private sealed class NoLog : IPluginLog
    {
        public void Info(string message)
        {
        }

        public void Warn(string message) => Console.WriteLine(message);
    }
}
