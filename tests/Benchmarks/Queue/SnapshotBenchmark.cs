using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Conformance;
using PlantRuntime.Logging;
using PlantRuntime.Queue;

namespace PlantRuntime.Benchmarks.Queue;

/// <summary>
/// How long a record waits for its commit while <c>plant backup</c> copies a queue of 1 GB, against the same queue at rest. A commit is a
/// record that is added and waited for, one after the other.
/// </summary>
internal static class SnapshotBenchmark
{
    private const long Size = 1L << 30;
    private const int Tags = 500;
    private const int RecordsPerCommit = 1000;
    private const int Commits = 500;
    private static readonly TimeSpan s_goal = TimeSpan.FromMilliseconds(250);

    public static async Task RunAsync()
    {
        using var folder = new TemporaryFolder();
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, new TextWriterTarget(Console.Out));
        using var queue = new DiskQueue(new QueueFolder(folder.Of("data")),
            new Dictionary<string, QueueLimits> { ["out"] = new() { MaxSize = new(4 * Size) } }, TimeProvider.System, log);
        var feed = new QueueFeed(Tags, "out");
        while ((await queue.AskAsync(store => store.Size())).Used < Size)
        {
            feed.Into(queue, RecordsPerCommit);
            await queue.FlushAsync();
        }

        var rest = new List<TimeSpan>();
        for (var i = 0; i < Commits; i++) rest.Add(await CommitAsync());
        var during = new List<TimeSpan>();
        var watch = Stopwatch.StartNew();
        var copy = queue.SnapshotAsync(folder.Of("copy.db"), CancellationToken.None);
        while (!copy.IsCompleted) during.Add(await CommitAsync());
        await copy;
        var seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"copy of {new FileInfo(folder.Of("copy.db")).Length >> 20} MB: {seconds:0.0} s, {during.Count} commits meanwhile"));
        Console.WriteLine($"commit at rest: {Describe(rest)}");
        Console.WriteLine($"commit during the copy: {Describe(during)}");
        Measure.Print("queue: longest commit during a backup of 1 GB", $"{during.Max().TotalMilliseconds:0} ms", during.Max() < s_goal,
            $"< {s_goal.TotalMilliseconds:0} ms");

        async Task<TimeSpan> CommitAsync()
        {
            var start = Stopwatch.GetTimestamp();
            feed.Into(queue, 1);
            await queue.FlushAsync();
            return Stopwatch.GetElapsedTime(start);
        }
    }

    private static string Describe(List<TimeSpan> times)
    {
        times.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"median {times[times.Count / 2].TotalMilliseconds:0.0} ms, "
            + $"p99 {times[times.Count * 99 / 100].TotalMilliseconds:0.0} ms, longest {times[^1].TotalMilliseconds:0.0} ms");
    }
}
