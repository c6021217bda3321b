using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Sinks;

/// <summary>Sinks of a site on virtual time, with scripted plugins, with a queue on disk or without.</summary>
internal sealed class SinkFixture : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PlantLog _log;
    private readonly RouteOutput _route;
    private int _number;

    /// <param name="isQueued">With a queue.</param>
    /// <param name="options">What the queue of each sink may hold.</param>
    /// <param name="names">The sinks; every record goes to all of them.</param>
    public SinkFixture(bool isQueued, QueueLimits? options = null, params string[] names)
    {
        _log = Log.Open(Time, LogLevel.Debug);
        if (names.Length == 0) names = ["out"];
        if (isQueued)
            Queue = new DiskQueue(new QueueFolder(_folder.Of("data")), names.ToDictionary(n => n, _ => options ?? new QueueLimits()), Time,
                _log);
        var kind = isQueued ? DeliveryKind.Queued : DeliveryKind.Direct;
        var questions = new QuestionRegistry(Time);
        Runners = [.. names.Select(n => new SinkSupervisor(SiteParts.Sink(n, kind), Queue, questions, () => 0.5, Time, _log))];
        _route = new RouteOutput("press.csx", null, Runners, Queue);
    }

    public ManualTimeProvider Time { get; } = new();

    public LogLines Log { get; } = new();

    public DiskQueue? Queue { get; }

    public IReadOnlyList<SinkSupervisor> Runners { get; }

    public SinkSupervisor Runner => Runners[0];

    public List<ScriptedSink> Sinks { get; } = [];

    public IEnumerable<string> Stored => Sinks.SelectMany(s => s.Stored);

    public static string[] Numbers(int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(i => $$"""{"n":{{i}}}""")];

    public void Start(Action<ScriptedSink>? script = null) => Start(Runner, script);

    public void Start(SinkSupervisor runner, Action<ScriptedSink>? script = null) => runner.Start(() =>
    {
        var sink = new ScriptedSink();
        script?.Invoke(sink);
        Sinks.Add(sink);
        return sink;
    });

    public void Add(int count)
    {
        for (var i = 0; i < count; i++) Add(Encoding.UTF8.GetBytes($$"""{"n":{{++_number}}}"""));
    }

    public void Add(ReadOnlySpan<byte> json) => _route.Write(DateTime.UnixEpoch, "plc", json);

    /// <summary>Lets virtual time pass until the counts are as wanted.</summary>
    public Task UntilAsync(Func<SinkCounts, bool> wanted) => UntilAsync(Runner, wanted);

    public async Task UntilAsync(SinkSupervisor runner, Func<SinkCounts, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!wanted(runner.Counts))
        {
            if (patience.IsCancellationRequested) Assert.Fail($"{runner.Counts}\n{string.Join('\n', Log.All)}");
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Queue is not null) await Queue.FlushAsync();
        var stopping = Task.WhenAll(Runners.Select(r => r.StopAsync(TimeSpan.FromSeconds(2))));

        // What works ends by itself; virtual time goes on only for what does not come back.
        await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromSeconds(2)));
        while (!stopping.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
        Queue?.Dispose();
        foreach (var runner in Runners) runner.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }
}
