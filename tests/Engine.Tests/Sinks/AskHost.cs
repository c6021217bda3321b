using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Store;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Sinks;

/// <summary>A queue, one sink and the answers of a recipe, on virtual time.</summary>
internal sealed class AskHost : IAsyncDisposable, IAnswerReceiver
{
    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;
    private readonly PlantLog _log;
    private readonly RouteOutput _asks;
    private readonly RouteOutput _writes;
    private readonly List<string> _answers = [];
    private readonly Queue<QueuedAnswer> _held = new();
    private int _number;
    private bool _isRemoved;

    public AskHost(TemporaryFolder? folder = null, bool isComplete = true)
    {
        (_folder, _ownsFolder) = (folder ?? new TemporaryFolder(), folder is null);
        _log = new PlantLog(Time, LogLevel.Debug, Log);
        Registry = new QuestionRegistry(Time);
        if (isComplete) Registry.SetComplete();
        Queue = new DiskQueue(new QueueFolder(_folder.Of("data")), new Dictionary<string, QueueLimits> { ["out"] = new() }, Time, _log);
        Supervisor = new SinkSupervisor(SiteParts.Sink("out", DeliveryKind.Queued), Queue, Registry, () => 0.5, Time, _log);
        _asks = new RouteOutput("recipes/a.csx", "out", [Supervisor], Queue);
        _writes = new RouteOutput("recipes/a.csx", null, [Supervisor], Queue);
    }

    public ManualTimeProvider Time { get; } = new();

    public LogLines Log { get; } = new();

    public QuestionRegistry Registry { get; }

    public DiskQueue Queue { get; }

    public SinkSupervisor Supervisor { get; }

    public QuestionLimits Limits { get; init; }

    public SinkCounts Counts => Supervisor.Counts;

    /// <summary>True to keep answers until <see cref="Release"/>.</summary>
    public bool IsHeld { get; set; }

    public IReadOnlyCollection<QueuedAnswer> Held
    {
        get
        {
            lock (_held) return [.. _held];
        }
    }

    public string[] Answers
    {
        get
        {
            lock (_answers) return [.. _answers];
        }
    }

    public void Start(ISink sink)
    {
        if (_number == 0 && !_isRemoved) Add();
        Supervisor.Start(() => sink);
    }

    public void Add()
    {
        var route = new Route(["out"]) { Question = "out" };
        Registry.Apply("recipes/a.csx", [new Question(route, "out", Limits, null!)], this);
    }

    public void Remove()
    {
        _isRemoved = true;
        Registry.Apply("recipes/a.csx", [], this);
    }

    public void Ask(int count)
    {
        for (var i = 0; i < count; i++)
            _asks.Write(DateTime.UnixEpoch, "plc", Encoding.UTF8.GetBytes($$"""{"n":{{++_number}}}"""));
    }

    public void Write(string json) => _writes.Write(DateTime.UnixEpoch, "plc", Encoding.UTF8.GetBytes(json));

    public void Post(QueuedAnswer answer)
    {
        Assert.Equal("out", answer.Question);
        lock (_held)
        {
            if (IsHeld)
            {
                _held.Enqueue(answer);
                return;
            }
        }

        Complete(answer, isStored: true);
    }

    public void Release(bool isStored)
    {
        QueuedAnswer answer;
        lock (_held) answer = _held.Dequeue();
        Complete(answer, isStored);
    }

    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync() => await Queue.AskAsync(store => store.DeadLetters.Page("out"));

    public async Task UntilAsync(Func<bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!wanted())
        {
            if (patience.IsCancellationRequested) Assert.Fail($"{Counts}\n{string.Join('\n', Log.All)}");
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }

    /// <summary>Waits while time stands still.</summary>
    public async Task WhenAsync(Func<bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!wanted()) await Task.Delay(1, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Queue.FlushAsync();
        var stopping = Supervisor.StopAsync(TimeSpan.FromSeconds(2));
        await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromSeconds(2)));
        while (!stopping.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
        Queue.Dispose();
        Supervisor.Dispose();
        _log.Dispose();
        if (_ownsFolder) _folder.Dispose();
    }

    private void Complete(QueuedAnswer answer, bool isStored)
    {
        if (!isStored)
        {
            answer.Drop();
            return;
        }

        lock (_answers) _answers.Add(answer.Answer.Text);
        answer.Complete();
    }
}
