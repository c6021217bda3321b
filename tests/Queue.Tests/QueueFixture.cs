using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Tests;

/// <summary>A queue on disk, on virtual time, that can be closed and opened again; records are numbers.</summary>
internal sealed class QueueFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PlantLog _log;
    private readonly Dictionary<string, QueueLimits> _options;
    private readonly RouteSet _routes;

    public QueueFixture(QueueLimits? options = null, string? folder = null, params string[] sinks)
    {
        _log = Log.Open(Time, LogLevel.Debug);
        if (sinks.Length == 0) sinks = ["out"];
        _options = sinks.ToDictionary(s => s, _ => options ?? new QueueLimits());
        _routes = new RouteSet("press.csx", sinks);
        Folder = new QueueFolder(folder ?? _folder.Of("data"));
        Queue = new DiskQueue(Folder, _options, Time, _log);
    }

    public ManualTimeProvider Time { get; } = new();

    public LogLines Log { get; } = new();

    public QueueFolder Folder { get; }

    public DiskQueue Queue { get; private set; }

    /// <summary>Number of records added so far.</summary>
    public int Added { get; private set; }

    public RouteCounters Account => Queue.Accounts.Single(a => a.Sink == "out");

    public bool IsBlocked => Queue.IsBlocked(_routes);

    /// <summary>Closes the queue and opens what is on the disk.</summary>
    public void Reopen(Action? between = null)
    {
        Queue.Dispose();
        between?.Invoke();
        Queue = new DiskQueue(Folder, _options, Time, _log);
    }

    /// <summary>Opens what was on the disk at this moment, as after a power cut: the log is not put into the database first.</summary>
    public void Crash(Action? between = null)
    {
        string[] files = [Folder.Path, Folder.LogPath];
        foreach (var file in files) File.Copy(file, file + ".copy");
        Reopen(() =>
        {
            foreach (var file in files) File.Move(file + ".copy", file, overwrite: true);
            between?.Invoke();
        });
    }

    /// <summary>Adds records <c>{"n":1,…}</c> counting up, with so many bytes of padding, and waits until they are on the disk.</summary>
    public async Task AddAsync(int count, int padding = 0)
    {
        Add(count, padding);
        await Queue.FlushAsync();
    }

    public void Add(int count, int padding = 0)
    {
        var filler = new string('x', padding);
        for (var i = 0; i < count; i++)
            Queue.Add(_routes, DateTime.UnixEpoch.AddSeconds(Added), "plc", default,
                Encoding.UTF8.GetBytes($$"""{"n":{{++Added}},"x":"{{filler}}"}"""));
    }

    /// <summary>The numbers that wait for a sink, in order, all taken and acknowledged.</summary>
    public async Task<List<int>> DrainAsync(string sink = "out")
    {
        var numbers = new List<int>();
        var reader = Queue.OpenConsumer(sink);
        reader.Finish();
        while (await reader.NextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)) is { } portion)
        {
            for (var i = 0; i < portion.Batch.Count; i++) numbers.Add(Number(portion.Batch[i]));
            await reader.AdvanceAsync(portion, portion.Batch.Count);
        }

        return numbers;
    }

    public static int Number(in PlantRuntime.Contracts.Record record)
    {
        using var json = System.Text.Json.JsonDocument.Parse(record.Json);
        return json.RootElement.GetProperty("n").GetInt32();
    }

    public void Dispose()
    {
        Queue.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }
}
