using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Queue;
using PlantRuntime.Recipes;

namespace PlantRuntime.Engine.Sinks;

/// <summary>
/// Runs one sink from its opening to its disposal: takes a batch, writes it with as many attempts as needed, and takes the next. One batch
/// is in flight, or several if the sink allows it; their delivery is recorded in order, so that order is kept. Only the first batch in
/// flight asks; its answers go to the recipes, and count as delivered when all that results from them is stored. Owned by
/// <see cref="SinkSupervisor"/>, which starts and ends it on other threads. RunAsync is async without a thread of its own; the batches are
/// written concurrently, everything else runs one step at a time.
/// </summary>
internal sealed class SinkSession : ISession
{
    /// <summary>Longest time of one call into a sink that asks for no other.</summary>
    public static readonly TimeSpan DefaultCallTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_longestCall = TimeSpan.FromMinutes(5);

    private const int BugsUntilParked = 3;
    private readonly SinkSupervisor _owner;
    private readonly ISink _sink;
    private readonly IBatchSource _source;
    private readonly RetryPolicy _retry;
    private readonly TimeProvider _time;
    private readonly Alarm _alarm;
    private readonly int _mostRecords;
    private readonly TimedCalls _connect;
    private readonly TimedCalls[] _writes;
    private readonly QuestionRegistry _recipes;
    private readonly QuestionSender? _questions;
    // Not disposed, because a session is abandoned after its disposal, too; without timers it holds no resources.
    private readonly CancellationTokenSource _abandoned = new();
    private readonly LinkedList<InFlightBatch> _inFlight = new();
    private Task<SinkBatch?>? _next;
    private bool _isConnected;

    // True until the sink has answered on its connection: some sinks, such as http, connect only when they write.
    private bool _isUnproven;
    private int _bugs;
    private string? _parkReason;
    private volatile bool _isFinishing;
    private volatile bool _isAbandoned;

    /// <param name="owner">The sink; receives events.</param>
    /// <param name="sink">The plugin's sink, not connected; the session disposes it.</param>
    /// <param name="source">The source of its records; the session closes it.</param>
    /// <param name="batchesAtOnce">Largest number of batches in flight.</param>
    /// <param name="retry">Decides when to try again.</param>
    /// <param name="recipes">Knows the recipes that get answers.</param>
    /// <param name="time">The clock.</param>
    public SinkSession(SinkSupervisor owner, ISink sink, IBatchSource source, int batchesAtOnce, RetryPolicy retry,
        QuestionRegistry recipes, TimeProvider time)
    {
        (_owner, _sink, _source, _retry, _recipes, _time) = (owner, sink, source, retry, recipes, time);
        _alarm = new Alarm(time);
        CallTimeout = sink is IPatientSink patient
            ? TimeSpan.FromTicks(Math.Clamp(patient.CallTimeout.Ticks, TimeSpan.TicksPerSecond, s_longestCall.Ticks))
            : DefaultCallTimeout;
        _mostRecords = sink is ILimitedSink limited ? Math.Max(1, limited.MostRecords) : int.MaxValue;
        _connect = new TimedCalls(CallTimeout, time, ReportFault);
        _writes = NewCalls();
        if (sink is IAnsweringSink answering) _questions = new QuestionSender(answering, recipes, NewCalls(), time);

        TimedCalls[] NewCalls() => [.. Enumerable.Range(0, batchesAtOnce).Select(_ => new TimedCalls(CallTimeout, time, ReportFault))];
    }

    /// <summary>Longest time of one call into the sink; after it the call is cancelled and counts as failed.</summary>
    public TimeSpan CallTimeout { get; }

    /// <summary>The sink if it lists events; others may call it at any time, beside the calls of this session.</summary>
    public IEventStore? EventStore => _sink as IEventStore;

    /// <summary>The sink if samples can be read from it; others may call it at any time, beside the calls of this session.</summary>
    public ISampleStore? SampleStore => _sink as ISampleStore;

    public TimeSpan CallTime
    {
        get
        {
            var longest = _questions?.CallTime > _connect.Elapsed ? _questions.CallTime : _connect.Elapsed;
            foreach (var write in _writes) longest = write.Elapsed > longest ? write.Elapsed : longest;
            return longest;
        }
    }

    public async Task<string?> RunAsync()
    {
        try
        {
            while (await StepAsync().ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception) when (_isAbandoned && exception is ObjectDisposedException or OperationCanceledException)
        {
            // The source is closed, and the next session continues with its batches.
        }

        return _parkReason;
    }

    /// <summary>Ends the session after it has stored what is waiting, without further retries.</summary>
    public void Stop()
    {
        _isFinishing = true;
        _questions?.Stop();
        _source.Finish();
        _alarm.Stop();
    }

    /// <summary>Ends the session as soon as its running calls return; records that were not stored go to the next session.</summary>
    public void Abandon()
    {
        _isAbandoned = true;
        Stop();
        _source.Close();
        _abandoned.Cancel();
        _questions?.Cancel();
        _connect.Cancel();
        foreach (var write in _writes) write.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        _source.Close();
        _alarm.Dispose();
        _connect.Dispose();
        _questions?.Dispose();
        foreach (var write in _writes) write.Dispose();
        await _sink.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Starts what can be started and handles what has ended.</summary>
    /// <returns>False when the session ends.</returns>
    private async Task<bool> StepAsync()
    {
        if (_inFlight.Count < _writes.Length) _next ??= _source.NextAsync().AsTask();
        Task[] sends = [.. Running];
        await Task.WhenAny(_next is null ? sends : [_next, .. sends]).ConfigureAwait(false);
        if (_next is { IsCompleted: true })
        {
            if (await _next.ConfigureAwait(false) is not { } batch) return await FinishAsync().ConfigureAwait(false);
            _next = null;
            var delivery = new BatchDelivery(batch, _mostRecords, _owner.Lease?.Snapshot(batch.Batch.Queue));
            _inFlight.AddLast(new InFlightBatch(delivery, FreeSlot()));
            if (!await ConnectAsync().ConfigureAwait(false)) return false;
        }

        return await CompleteInOrderAsync().ConfigureAwait(false);
    }

    /// <summary>Waits for the batches in flight when no more will come.</summary>
    private async Task<bool> FinishAsync()
    {
        while (_inFlight.Count > 0 && !_isAbandoned)
        {
            await Task.WhenAll(Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!await CompleteInOrderAsync().ConfigureAwait(false)) break;
        }

        return false;
    }

    /// <summary>
    /// Records finished deliveries in order. After a failure it waits for the other batches in flight, backs off and connects again.
    /// </summary>
    private async Task<bool> CompleteInOrderAsync()
    {
        while (_inFlight.First is { Value: var first } && first.Task is { IsCompletedSuccessfully: true })
        {
            if (_isAbandoned) return false;
            await RecordAsync(first.Delivery).ConfigureAwait(false);
            if (first.Delivery.IsDone) _inFlight.RemoveFirst();
            else first.Task = null;
            if (_inFlight.First is { Value.Task: null }) Send(_inFlight.First.Value);
        }

        if (_isFinishing && _inFlight.First is { Value.Task: null })
        {
            // Questions are not asked any more: they wait for the next session.
            await Task.WhenAll(Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }

        if (!_inFlight.Any(f => f.HasFailed)) return true;
        InFlightBatch? failed = null;
        foreach (var batch in _inFlight)
        {
            if (batch.Task is { } task) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (batch.HasFailed) failed ??= batch;
        }

        var failure = failed!.Task!.Exception?.InnerException ?? new OperationCanceledException();
        return await BackOffAsync(failure, _writes[failed.Slot].IsCancelled).ConfigureAwait(false) && await ConnectAsync()
            .ConfigureAwait(false);
    }

    private async Task RecordAsync(BatchDelivery delivery)
    {
        var hasReply = delivery.ConsumeReply();
        if (hasReply && _isUnproven)
        {
            _isUnproven = false;
            _owner.ReportConnected();
        }

        if (delivery.DequeueRejected() is { Count: > 0 } rejected)
        {
            await _source.RejectAsync(delivery.Batch, rejected).ConfigureAwait(false);
            _owner.ReportRejected(rejected);
        }

        if (delivery.DequeueAnswers() is { Count: > 0 } answers) await HandOverAsync(delivery, answers).ConfigureAwait(false);
        if (delivery.IsDone) delivery.Release();
        if (delivery.End > delivery.Batch.Done) await _source.AdvanceAsync(delivery.Batch, delivery.End).ConfigureAwait(false);
        if (!hasReply) return;
        _bugs = 0;
        _owner.ReportDelivered(_retry.Succeeded());
    }

    /// <summary>
    /// Passes answers to their recipes and waits until all that results from them is stored. Those that no recipe could run are asked
    /// again.
    /// </summary>
    private async Task HandOverAsync(BatchDelivery delivery, IReadOnlyList<QuestionOutcome> answers)
    {
        var batch = delivery.Batch;
        var posted = new List<(int Index, QueuedAnswer Answer)>();
        foreach (var outcome in answers)
        {
            var (route, request) = (batch.Recipes[outcome.Index], batch.Batch[outcome.Index]);
            var answer = new QueuedAnswer(QuestionRoute.NameOf(route), new Answer(
                request.Time, request.Device, request.Json.ToArray(), outcome.Answer.Status, outcome.Answer.Body));
            posted.Add((outcome.Index, answer));
            if (_recipes.Find(route) is { } target) target.Receiver.Post(answer);
            else answer.Drop();
        }

        await Task.WhenAll(posted.Select(p => p.Answer.Done)).WaitAsync(_abandoned.Token).ConfigureAwait(false);
        delivery.AskAgain([.. posted.Where(p => !p.Answer.Done.Result).Select(p => p.Index)]);
    }

    /// <summary>Connects if needed, with as many attempts as needed, and sends every batch that is not being sent.</summary>
    /// <returns>False when the session ends.</returns>
    private async Task<bool> ConnectAsync()
    {
        while (!_isConnected)
        {
            try
            {
                await CallAsync(_connect, _sink.ConnectAsync).ConfigureAwait(false);
                (_isConnected, _isUnproven) = (true, true);
            }
            catch (Exception exception)
            {
                if (!await BackOffAsync(exception, _connect.IsCancelled).ConfigureAwait(false)) return false;
            }
        }

        foreach (var batch in _inFlight)
        {
            if (batch.Task is null || batch.HasFailed) Send(batch);
        }

        return true;
    }

    /// <summary>Sends the next slice; questions only of the first batch, and not while the session ends.</summary>
    private void Send(InFlightBatch batch)
    {
        batch.Task = null;
        if (batch.Delivery.IsAsking && (_isFinishing || _inFlight.First!.Value != batch)) return;
        batch.Task = batch.Delivery.IsDone ? Task.CompletedTask : batch.Delivery.SendNextAsync(
            records => CallAsync(_writes[batch.Slot], cancel => _sink.WriteAsync(records, cancel)), _questions);
    }

    /// <returns>False when the session ends.</returns>
    private async Task<bool> BackOffAsync(Exception exception, bool isExpired)
    {
        _isConnected = false;
        if (_isAbandoned) return false;
        var limit = $"{CallTimeout.TotalSeconds:0} s";
        var reason = exception is not OperationCanceledException ? PluginFault.Describe(exception)
            : isExpired ? $"no answer within {limit}" : $"the sink cancelled the call before the timeout of {limit}";
        _bugs = PluginFault.IsBug(exception) ? _bugs + 1 : 0;
        if (_bugs >= BugsUntilParked)
        {
            _parkReason = $"it failed {_bugs} times in a row: {reason}";
            return false;
        }

        var sleep = _retry.Failed(exception is RetryAfterException asked ? asked.After : TimeSpan.Zero);
        _owner.ReportRetry(reason, sleep);
        await _alarm.WaitUntilAsync(_time.GetTimestamp() + _time.Ticks(sleep)).ConfigureAwait(false);
        return !_isFinishing;
    }

    private static async ValueTask CallAsync(TimedCalls calls, Func<CancellationToken, ValueTask> call)
    {
        var cancel = calls.Begin();
        try
        {
            await call(cancel).ConfigureAwait(false);
        }
        finally
        {
            calls.End();
        }
    }

    private IEnumerable<Task> Running => _inFlight.Select(f => f.Task).OfType<Task>();

    private int FreeSlot() => Enumerable.Range(0, _writes.Length).First(slot => _inFlight.All(f => f.Slot != slot));

    private void ReportFault(string reason) => _owner.ReportFault(this, reason);

    /// <summary>Holds a batch that is being written, and the index of the <see cref="TimedCalls"/> that times its calls.</summary>
    private sealed class InFlightBatch(BatchDelivery delivery, int slot)
    {
        public BatchDelivery Delivery { get; } = delivery;

        public int Slot { get; } = slot;

        public Task? Task { get; set; }

        public bool HasFailed => Task is { IsCompleted: true, IsCompletedSuccessfully: false };
    }
}
