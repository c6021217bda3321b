using PlantRuntime.Conformance.Time;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Tests.Delivery;

/// <summary>A sink of a site on virtual time, with a scripted plugin.</summary>
internal sealed class SinkBench : IAsyncDisposable
{
    private readonly PlantLog _log;
    private int _number;

    public SinkBench()
    {
        _log = new PlantLog(Time, LogLevel.Debug, Log);
        Runner = new SinkRunner(SiteParts.Sink("out"), Time, _log);
    }

    public ManualTimeProvider Time { get; } = new();

    public LogLines Log { get; } = new();

    public SinkRunner Runner { get; }

    public List<ScriptedSink> Sinks { get; } = [];

    public IEnumerable<string> Stored => Sinks.SelectMany(s => s.Stored);

    public static string[] Numbers(int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(i => $$"""{"n":{{i}}}""")];

    public void Start(Action<ScriptedSink>? script = null) => Runner.Start(() =>
    {
        var sink = new ScriptedSink();
        script?.Invoke(sink);
        Sinks.Add(sink);
        return sink;
    });

    public void Add(int count)
    {
        for (var i = 0; i < count; i++) Runner.Add(DateTime.UnixEpoch, "plc", default, System.Text.Encoding.UTF8.GetBytes($$"""{"n":{{++_number}}}"""));
    }

    /// <summary>Lets virtual time pass until the counts are as wanted.</summary>
    public async Task UntilAsync(Func<SinkCounts, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!wanted(Runner.Counts))
        {
            if (patience.IsCancellationRequested) Assert.Fail($"{Runner.Counts}\n{string.Join('\n', Log.All)}");
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        var stopping = Runner.StopAsync(TimeSpan.FromSeconds(2));

        // What works ends by itself; virtual time goes on only for what does not come back.
        await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromSeconds(2)));
        while (!stopping.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
        _log.Dispose();
    }
}
