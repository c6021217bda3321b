using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Delivery;

/// <summary>
/// One sink from open to dispose. Takes a batch, stores it however often that must be tried, takes the next: order is kept because one
/// batch is in flight. Records that the sink refuses for good are split out.
/// </summary>
internal sealed class SinkSession : IDisposable
{
    /// <summary>How long a sink may take for one call.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int BugsUntilParked = 3;
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(100);
    private readonly SinkRunner _owner;
    private readonly ISink _sink;
    private readonly TimeProvider _time;
    private readonly Alarm _alarm;
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
    private readonly LinkedList<RecordBatch> _work;
    private readonly CancellationTokenSource _over = new();
    private RecordBatch? _spare;
    private readonly CallClock _call;
    private bool _isConnected;
    private int _bugs;
    private volatile bool _isFinishing;

    /// <param name="owner">Who gives batches and hears what became of them.</param>
    /// <param name="sink">The sink, not connected yet; the session disposes it.</param>
    /// <param name="unfinished">What an earlier session could not store; goes first.</param>
    /// <param name="time">The clock.</param>
    public SinkSession(SinkRunner owner, ISink sink, IEnumerable<RecordBatch> unfinished, TimeProvider time)
    {
        _owner = owner;
        _sink = sink;
        _time = time;
        _call = new CallClock(time);
        _work = new LinkedList<RecordBatch>(unfinished);
        _alarm = new Alarm(time);
        owner.Inbox.Full = _alarm.Wake;
    }

    /// <summary>How long the call into the sink that is under way has taken; zero when none is.</summary>
    public TimeSpan CallTime => _call.Elapsed;

    /// <summary>Runs until <see cref="Finish"/> and all is stored, or until <see cref="Abandon"/>. Never throws.</summary>
    public async Task RunAsync()
    {
        while (await HasWorkAsync().ConfigureAwait(false))
        {
            if (!await TryFirstAsync().ConfigureAwait(false)) break;
        }

        try
        {
            await _sink.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _owner.Complain($"closing failed: {DriverFault.Describe(exception)}");
        }

        _alarm.Dispose();
    }

    /// <summary>Stores what is waiting, without further retries, then ends.</summary>
    public void Finish()
    {
        _isFinishing = true;
        _alarm.Stop();
        _owner.Inbox.Wake();
    }

    /// <summary>Cancels the call under way; what it was storing counts as not stored.</summary>
    public void Abandon()
    {
        _over.Cancel();
        Finish();
    }

    /// <summary>What this session could not store, as copies: a sink that was left behind may still be reading the originals.</summary>
    public IReadOnlyList<RecordBatch> Unfinished() => [.. _work.Select(batch => Part(batch, 0, batch.Count, batch.Number))];

    public void Dispose() => _over.Dispose();

    /// <returns>False when there will be no more.</returns>
    private async ValueTask<bool> HasWorkAsync()
    {
        if (_over.IsCancellationRequested) return false;
        if (_work.Count > 0) return true;
        while (_owner.Inbox.Count == 0)
        {
            if (_isFinishing) return false;
            await _owner.Inbox.WaitAsync().ConfigureAwait(false);
        }

        if (!_owner.Inbox.IsFull) await _alarm.WaitUntilAsync(_time.GetTimestamp() + Ticks(s_linger)).ConfigureAwait(false);
        var batch = _owner.Inbox.Take(_spare ?? new RecordBatch());
        _spare = null;
        (batch.Queue, batch.Number) = (_owner.Queue, _owner.NextBatchNumber());
        _work.AddLast(batch);
        return true;
    }

    /// <summary>Tries to store the first batch of <see cref="_work"/> once.</summary>
    /// <returns>False when the session is to end.</returns>
    private async ValueTask<bool> TryFirstAsync()
    {
        var batch = _work.First!.Value;
        try
        {
            if (!_isConnected)
            {
                await CallAsync(cancel => _sink.ConnectAsync(cancel)).ConfigureAwait(false);
                _isConnected = true;
                _owner.Connected();
            }

            await CallAsync(cancel => _sink.WriteAsync(batch, cancel)).ConfigureAwait(false);
            if (_over.IsCancellationRequested) return false;
            _owner.Delivered(batch.Count);
            RemoveFirst();
            _backoff.Reset();
            _bugs = 0;
            return true;
        }
        catch (RejectedException rejected) when (!_over.IsCancellationRequested)
        {
            SplitFirst(rejected);
            return true;
        }
        catch (Exception exception)
        {
            return !_over.IsCancellationRequested && await RecoverAsync(exception).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> RecoverAsync(Exception exception)
    {
        _isConnected = false;
        var reason = exception is OperationCanceledException ? $"no answer within {Timeout.TotalSeconds:0} s" : DriverFault.Describe(exception);
        _bugs = DriverFault.IsBug(exception) ? _bugs + 1 : 0;
        if (_bugs >= BugsUntilParked)
        {
            _owner.Park($"it failed {_bugs} times in a row: {reason}");
            return false;
        }

        var sleep = _backoff.Next();
        _owner.Retrying(reason, sleep);
        await _alarm.WaitUntilAsync(_time.GetTimestamp() + Ticks(sleep)).ConfigureAwait(false);
        return !_isFinishing;
    }

    private async ValueTask CallAsync(Func<CancellationToken, ValueTask> call)
    {
        _call.Start();
        using var deadline = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _over.Token);
        try
        {
            await call(either.Token).ConfigureAwait(false);
        }
        finally
        {
            _call.End();
        }
    }

    /// <summary>Takes the refused records out of the first batch; when the sink does not say which they are, halves it.</summary>
    private void SplitFirst(RejectedException rejected)
    {
        var batch = _work.First!.Value;
        if (rejected.Indexes is { Count: > 0 } refused)
        {
            var kept = new RecordBatch { Queue = _owner.Queue, Number = _owner.NextBatchNumber() };
            for (var i = 0; i < batch.Count; i++)
            {
                if (!refused.Contains(i)) kept.Add(batch[i]);
            }

            _owner.Rejected(batch.Count - kept.Count, rejected.Message);
            RemoveFirst();
            if (kept.Count > 0) _work.AddFirst(kept);
        }
        else if (batch.Count == 1)
        {
            _owner.Rejected(1, rejected.Message);
            RemoveFirst();
        }
        else
        {
            var middle = batch.Count / 2;
            var (first, second) = (Part(batch, 0, middle, _owner.NextBatchNumber()), Part(batch, middle, batch.Count, _owner.NextBatchNumber()));
            RemoveFirst();
            _work.AddFirst(second);
            _work.AddFirst(first);
        }
    }

    private void RemoveFirst()
    {
        _spare = _work.First!.Value;
        _spare.Clear();
        _work.RemoveFirst();
    }

    private static RecordBatch Part(RecordBatch batch, int start, int end, long number)
    {
        var part = new RecordBatch { Queue = batch.Queue, Number = number };
        for (var i = start; i < end; i++) part.Add(batch[i]);
        return part;
    }

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * _time.TimestampFrequency);
}
