using System.Globalization;
using System.Reflection;
using System.Text;
using PlantRuntime.Faults.Numbered;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;
using PlantRuntime.Storage;

namespace PlantRuntime.Faults;

/// <summary>
/// The program whose writes the power cut replays: adds numbers to a queue, delivers some, and notes both in the file <c>marks</c>.
/// </summary>
internal static class QueueWriter
{
    public const string Marks = "marks";
    public const string Sink = "out";
    private const int Round = 50;

    /// <param name="folder">The queue's folder.</param>
    /// <param name="count">Count of numbers.</param>
    /// <param name="isSafe">False for the control: SQLite then syncs at checkpoints only, so that a cut must lose records.</param>
    public static async Task<int> RunAsync(string folder, int count, bool isSafe)
    {
        using var log = new PlantLog(TimeProvider.System, LogLevel.Warn, [new TextWriterTarget(Console.Error)]);
        using var queue = Open(folder, log);
        if (!isSafe) await queue.AskAsync(Relax);
        using var marks = new FileStream(Path.Combine(folder, Marks), FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        var routes = new RouteSet("all.csx", [Sink]);
        var reader = queue.OpenConsumer(Sink);
        var delivered = 0;
        for (var number = 1; number <= count; number++)
        {
            var text = NumberedText.Format(1, 0, number, new string('x', number % 1000));
            queue.Add(routes, DateTime.UnixEpoch, "source", default, Encoding.UTF8.GetBytes($$"""{"v":"{{text}}"}"""));
            if (number % Round != 0) continue;
            await queue.FlushAsync();
            Mark(marks, 'c', number);
            if (number % (Round * 3) != 0) continue;
            var portion = (await reader.NextAsync())!;
            delivered += portion.Batch.Count;
            Mark(marks, 'd', delivered);
            await reader.AdvanceAsync(portion, portion.Batch.Count);
        }

        return 0;
    }

    public static DiskQueue Open(string folder, PlantLog log) =>
        new(new QueueFolder(folder), new Dictionary<string, QueueLimits> { [Sink] = new() }, TimeProvider.System, log);

    private static void Mark(FileStream marks, char what, int number) =>
        marks.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what}{number}\n")));

    // The setting is not public, so the control uses reflection.
    private static bool Relax(QueueStore store)
    {
        var database = (Database)typeof(QueueStore).GetField("_database", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(store)!;
        database.Execute("PRAGMA synchronous = NORMAL");
        return true;
    }
}
