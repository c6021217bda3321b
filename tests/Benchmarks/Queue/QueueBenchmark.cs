using System.Diagnostics;
using PlantRuntime.Conformance;
using PlantRuntime.Logging;
using PlantRuntime.Queue;

namespace PlantRuntime.Benchmarks.Queue;

/// <summary>
/// Records a second onto the disk and off it again, against bare SQLite with the same pragmas and batches of the same bytes, a transaction
/// a batch. Ours encodes and decodes, keeps accounts and cursors; bare SQLite only stores bytes. In turns, the median of the ratios counts.
/// </summary>
internal static class QueueBenchmark
{
    private const int Tags = 10;
    private const int Records = 100;
    private const int Batches = 300;
    private const int Rounds = 9;
    private const double Goal = 0.8;

    public static async Task RunAsync()
    {
        using var folder = new TemporaryFolder();
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, new TextWriterTarget(Console.Out));
        using var queue = new DiskQueue(new QueueFolder(folder.Of("data")), new Dictionary<string, QueueLimits> { ["out"] = new() },
            TimeProvider.System, log);
        using var bare = new BareQueue(folder.Of("bare.db"));
        var feed = new QueueFeed(Tags, "out");
        var batch = feed.Batch(Records);
        var (single, stream, drain) = (new List<double>(), new List<double>(), new List<double>());
        double bareWrite = 0, bareDrain = 0;
        for (var round = -1; round < Rounds; round++)
        {
            bareWrite = Seconds(() => Repeat(() => bare.Write(batch)));
            var ours = await SecondsAsync(async () =>
            {
                for (var i = 0; i < Batches; i++)
                {
                    feed.Into(queue, Records);
                    await queue.FlushAsync();
                }
            });
            await DrainAsync(queue);
            var streamed = await SecondsAsync(async () =>
            {
                feed.Into(queue, Records * Batches);
                await queue.FlushAsync();
            });
            bareDrain = Seconds(() => Repeat(() => bare.Drain()));
            var drained = await SecondsAsync(() => DrainAsync(queue));
            if (round < 0) continue;
            single.Add(bareWrite / ours);
            stream.Add(bareWrite / streamed);
            drain.Add(bareDrain / drained);
        }

        var records = (double)Records * Batches;
        Print("queue: put on disk / bare SQLite", stream, records / bareWrite);
        Print("queue: drained / bare SQLite", drain, records / bareDrain);
        Console.WriteLine(FormattableString.Invariant(
            $"queue: when every batch of {Records} is waited for before the next is begun: {Measure.Median(single):0.00}, two changes of thread a batch"));
    }

    private static void Print(string what, List<double> ratios, double bare) =>
        Measure.Print(what, $"{Measure.Median(ratios):0.00} (bare {bare:0} records/s)", Measure.Median(ratios) >= Goal, $">= {Goal}");

    private static async Task DrainAsync(DiskQueue queue)
    {
        var reader = queue.OpenConsumer("out");
        reader.Finish();
        while (await reader.NextAsync() is { } portion) await reader.AdvanceAsync(portion, portion.Batch.Count);
    }

    private static void Repeat(Action work)
    {
        for (var i = 0; i < Batches; i++) work();
    }

    private static double Seconds(Action work) => Measure.WallSeconds(work);

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
