using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Testing;

/// <summary>
/// Replaces a sink of site.toml and its queue; lists the delivered records. The behaviour of the real sink and the size limit of the queue
/// are not simulated. Used on the test's thread; performs no I/O.
/// </summary>
public sealed class SimulatedSink : RecordList
{
    private const long MostWaiting = 256 << 20;
    private readonly TimeSpan _maxAge;
    private readonly Simulation _simulation;
    private readonly Queue<(long At, SimulatedQuestion? Question)> _arrivals = new();
    private readonly SimulatedAnswers _answers = new();
    private string? _failure;
    private string? _refusal;
    private long _waitingBytes;

    internal SimulatedSink(string name, TimeSpan maxAge, Simulation simulation)
        : base(name)
    {
        _maxAge = maxAge;
        _simulation = simulation;
        Waiting = new RecordList($"what waits for {name}", isConsumedByChecks: false);
        DeadLetters = new RecordList($"dead letters of {name}");
    }

    /// <summary>The records that wait while the sink fails. Checks do not remove them.</summary>
    public RecordList Waiting { get; }

    /// <summary>The records that the sink rejected permanently.</summary>
    public RecordList DeadLetters { get; }

    /// <summary>Number of records that waited longer than <c>max_age</c> of the queue and were dropped.</summary>
    public long Expired { get; private set; }

    /// <summary>Number of requests of <c>Ask</c> that the sink has received and not answered.</summary>
    public int Unanswered => _answers.Open;

    private protected override string LocationHint =>
        Waiting.Count > 0 ? $" ({CountText(Waiting.Count)} waiting: it fails, \"{_failure}\")"
        : DeadLetters.Count > 0 ? $" ({CountText(DeadLetters.Count)} among its dead letters)" : "";

    /// <summary>Makes the sink unreachable: records wait.</summary>
    /// <param name="reason">Reason, for failure messages.</param>
    public void Fail(string reason = "no route to the host") => (_failure, _refusal) = (reason, null);

    /// <summary>Makes the sink reject all records, including waiting ones: they become dead letters.</summary>
    /// <param name="reason">Reason, for failure messages.</param>
    public void Refuse(string reason = "the record is not as it should be")
    {
        (_failure, _refusal) = (null, reason);
        Deliver();
    }

    /// <summary>Restores the sink: waiting records are delivered, in order.</summary>
    public void Heal()
    {
        (_failure, _refusal) = (null, null);
        Deliver();
    }

    /// <summary>
    /// Sets the answer to each <c>Ask</c>, also to those that have none yet: <c>Answer(request => new { level = 3 })</c>. Without it no
    /// answer comes. Answers come in the order of the requests, when the scan or the timed operator that asked has run.
    /// </summary>
    /// <param name="answer">Creates the answer: an anonymous object, or text that is sent as it is.</param>
    /// <param name="status">
    /// Status code of the answers. A real http sink retries or rejects codes that are neither 200 to 299 nor among its <c>final</c> codes.
    /// </param>
    /// <param name="after">Time from the request to the answer; the test has to advance the time.</param>
    public void Answer<T>(Func<JsonElement, T> answer, int status = 200, TimeSpan after = default)
    {
        if (after < TimeSpan.Zero) throw new TestFailedException($"an answer comes after its request, not {after} before it");
        _answers.Set(answer, status, after);
        _simulation.RunAnswers();
    }

    /// <summary>Leaves requests without an answer, as a service does that hangs.</summary>
    public void AnswerNothing() => _answers.Clear();

    /// <summary>Timestamp of the next answer.</summary>
    internal long AnswerDue => _answers.Due;

    internal (SimulatedQuestion Question, Answer Answer) DequeueAnswer() => _answers.Dequeue();

    internal void Produce(
        DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json, SimulatedQuestion? question = null)
    {
        if (_failure is null)
        {
            Accept(time, device, samples, json, question);
            return;
        }

        _waitingBytes += Bytes(samples.Length, json.Length);
        if (_waitingBytes > MostWaiting)
            throw new TestFailedException($"more than 256 MB wait for a sink that fails (\"{_failure}\"): let it fail for a shorter time");
        Waiting.Add(time, device, samples, json);
        _arrivals.Enqueue((_simulation.Time.GetTimestamp(), question));
    }

    /// <summary>Drops the records that have waited too long.</summary>
    internal void Expire()
    {
        var oldest = _simulation.Time.GetTimestamp() - _maxAge.Ticks;
        while (_arrivals.TryPeek(out var arrival) && arrival.At < oldest)
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
            var (at, question) = _arrivals.Dequeue();
            if (question?.MaxAge is { } most && _simulation.Time.GetTimestamp() - at > most.Ticks)
                DeadLetters.Add(record.Time, record.Device, record.Samples.Span, record.Json.Span);
            else Accept(record.Time, record.Device, record.Samples.Span, record.Json.Span, question);
        }

        Waiting.Store.Clear();
        _arrivals.Clear();
        _waitingBytes = 0;
        _simulation.RunAnswers();
    }

    private void Accept(
        DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json, SimulatedQuestion? question)
    {
        (_refusal is null ? this : DeadLetters).Add(time, device, samples, json);
        if (_refusal is null && question is not null) _answers.Add(question, time, device, json, _simulation.Time.GetTimestamp());
    }
}
