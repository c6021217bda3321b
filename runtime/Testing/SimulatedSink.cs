using PlantRuntime.Contracts;

namespace PlantRuntime.Testing;

/// <summary>
/// Stands in for a sink of site.toml, with its queue: what it lists is what was delivered. The sink itself is not there, so nothing is
/// said of what it would do with a record; neither has the queue a size.
/// </summary>
public sealed class SimulatedSink : RecordList
{
    private const long MostWaiting = 256 << 20;
    private readonly TimeSpan _maxAge;
    private readonly Simulation _simulation;
    private readonly Queue<long> _arrivals = new();
    private string? _failure;
    private string? _refusal;
    private long _waitingBytes;

    internal SimulatedSink(string name, TimeSpan maxAge, Simulation simulation)
        : base(name)
    {
        _maxAge = maxAge;
        _simulation = simulation;
        Waiting = new RecordList($"what waits for {name}", isTaken: false);
        DeadLetters = new RecordList($"dead letters of {name}");
    }

    /// <summary>What waits while the sink fails. A look takes nothing away.</summary>
    public RecordList Waiting { get; }

    /// <summary>What the sink refused for good.</summary>
    public RecordList DeadLetters { get; }

    /// <summary>Records that waited for longer than the queue's <c>max_age</c> and were given up.</summary>
    public long Expired { get; private set; }

    private protected override string Elsewhere =>
        Waiting.Count > 0 ? $" ({Counted(Waiting.Count)} waiting: it fails, \"{_failure}\")"
        : DeadLetters.Count > 0 ? $" ({Counted(DeadLetters.Count)} among its dead letters)" : "";

    /// <summary>From now on the sink cannot be reached: records wait.</summary>
    /// <param name="reason">Why; for the reader of the test.</param>
    public void Fail(string reason = "no route to the host") => (_failure, _refusal) = (reason, null);

    /// <summary>From now on the sink refuses what it gets: records become dead letters, also those that wait.</summary>
    /// <param name="reason">Why; for the reader of the test.</param>
    public void Refuse(string reason = "the record is not as it should be")
    {
        (_failure, _refusal) = (null, reason);
        Deliver();
    }

    /// <summary>The sink is well again: what waits arrives, in order.</summary>
    public void Heal()
    {
        (_failure, _refusal) = (null, null);
        Deliver();
    }

    internal void Produce(DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (_failure is null)
        {
            (_refusal is null ? this : DeadLetters).Add(time, device, samples, json);
            return;
        }

        _waitingBytes += Bytes(samples.Length, json.Length);
        if (_waitingBytes > MostWaiting)
            throw new TestFailedException($"more than 256 MB wait for a sink that fails (\"{_failure}\"): let it fail for a shorter time");
        Waiting.Add(time, device, samples, json);
        _arrivals.Enqueue(_simulation.Time.GetTimestamp());
    }

    /// <summary>Gives up what has waited for too long.</summary>
    internal void Expire()
    {
        var oldest = _simulation.Time.GetTimestamp() - _maxAge.Ticks;
        while (_arrivals.TryPeek(out var arrival) && arrival < oldest)
        {
            _arrivals.Dequeue();
            _waitingBytes -= Bytes(Waiting.Store[0].Samples.Length, Waiting.Store[0].Json.Length);
            Waiting.Store.RemoveFirst(1);
            Expired++;
        }
    }

    private static long Bytes(int samples, int json) => (samples * 48L) + json;

    private void Deliver()
    {
        Expire();
        for (var i = 0; i < Waiting.Store.Count; i++)
        {
            var record = Waiting.Store[i];
            (_refusal is null ? this : DeadLetters).Add(record.Time, record.Device, record.Samples.Span, record.Json.Span);
        }

        Waiting.Store.Clear();
        _arrivals.Clear();
        _waitingBytes = 0;
    }
}
