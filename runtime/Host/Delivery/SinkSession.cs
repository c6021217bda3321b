using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Delivery;

/// <summary>
/// One sink from open to dispose. Takes a portion, stores it however often that must be tried, takes the next: order is kept because one
/// portion is in flight, or as many as a sink allows that does not care. What is done with is written down in order.
/// </summary>
internal sealed class SinkSession : IDisposable
{
    /// <summary>How long a sink may take for one call.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int BugsUntilParked = 3;
    private readonly SinkRunner _owner;
    private readonly ISink _sink;
    private readonly IPortionSource _source;
    private readonly RetryPolicy _retry;
    private readonly TimeProvider _time;
    private readonly Alarm _alarm;
    private readonly CancellationTokenSource _over = new();
    private readonly CallClock[] _calls;
    private readonly LinkedList<Flight> _flights = new();
    private readonly int _window;
    private Task<Portion?>? _next;
    private bool _isConnected;
    private int _bugs;
    private volatile bool _isFinishing;

    /// <param name="owner">Who hears what becomes of it.</param>
    /// <param name="sink">The sink, not connected yet; the session disposes it.</param>
    /// <param name="source">Where its records come from.</param>
    /// <param name="retry">When it is tried again.</param>
    /// <param name="time">The clock.</param>
    public SinkSession(SinkRunner owner, ISink sink, IPortionSource source, RetryPolicy retry, TimeProvider time)
    {
        _owner = owner;
        _sink = sink;
        _source = source;
        _retry = retry;
        _time = time;
        _alarm = new Alarm(time);
        _window = sink is IParallelSink parallel ? Math.Clamp(parallel.BatchesAtOnce, 1, 64) : 1;
        _calls = [.. Enumerable.Range(0, _window + 1).Select(_ => new CallClock(time))];
    }

    /// <summary>How long the longest call into the sink that is under way has taken; zero when none is.</summary>
    public TimeSpan CallTime => _calls.Max(c => c.Elapsed);

    /// <summary>Runs until <see cref="Finish"/> and all is stored, or until <see cref="Abandon"/>. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await StepAsync().ConfigureAwait(false))
            {
            }
        }
        catch (ObjectDisposedException)
        {
            // Its way through the queue is closed: another session goes on.
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
        _source.Finish();
        _alarm.Stop();
    }

    /// <summary>Ends at the next chance; what was not stored goes to the next session.</summary>
    public void Abandon()
    {
        Finish();
        _source.Close();
        try
        {
            _over.Cancel();
        }
        catch (AggregateException)
        {
            // The sink threw when it was cancelled: it is left behind all the same.
        }
    }

    public void Dispose() => _over.Dispose();

    /// <summary>Starts what may be started and handles what has come back.</summary>
    /// <returns>False when the session is to end.</returns>
    private async Task<bool> StepAsync()
    {
        if (_flights.Count < _window) _next ??= _source.NextAsync().AsTask();
        Task[] flying = [.. _flights.Select(f => f.Task!)];
        await Task.WhenAny(_next is null ? flying : [_next, .. flying]).ConfigureAwait(false);
        if (_next is { IsCompleted: true })
        {
            if (await _next.ConfigureAwait(false) is not { } portion) return await EndAsync().ConfigureAwait(false);
            _next = null;
            _flights.AddLast(new Flight(new Dispatch(portion), Slot()));
            if (!await ConnectAsync().ConfigureAwait(false)) return false;
        }

        return await LandAsync().ConfigureAwait(false);
    }

    /// <summary>Nothing more comes: what is on its way is waited for.</summary>
    private async Task<bool> EndAsync()
    {
        while (_flights.Count > 0 && !_over.IsCancellationRequested)
        {
            await Task.WhenAll(_flights.Select(f => f.Task!)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!await LandAsync().ConfigureAwait(false)) break;
        }

        return false;
    }

    /// <summary>Writes down in order what is done; after a failure waits and connects again.</summary>
    private async Task<bool> LandAsync()
    {
        while (_flights.First is { Value: var first } && first.Task is { IsCompletedSuccessfully: true })
        {
            if (_over.IsCancellationRequested) return false;
            var isDone = first.Dispatch.IsDone;
            await AdvanceAsync(first.Dispatch).ConfigureAwait(false);
            if (isDone) _flights.RemoveFirst();
            else Launch(first);
        }

        if (!_flights.Any(f => f.HasFailed)) return true;
        Exception? failure = null;
        foreach (var flight in _flights)
        {
            await flight.Task!.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (flight.HasFailed) failure ??= flight.Task!.Exception?.InnerException ?? new OperationCanceledException();
        }

        return await RecoverAsync(failure!).ConfigureAwait(false) && await ConnectAsync().ConfigureAwait(false);
    }

    private async Task AdvanceAsync(Dispatch dispatch)
    {
        if (dispatch.TakeRefused() is { Count: > 0 } refused)
        {
            await _source.RefuseAsync(dispatch.Portion, refused).ConfigureAwait(false);
            _owner.Rejected(refused);
        }

        if (dispatch.End > dispatch.Portion.Done) await _source.AdvanceAsync(dispatch.Portion, dispatch.End).ConfigureAwait(false);
        _bugs = 0;
        _owner.Delivered(_retry.Succeeded());
    }

    /// <summary>Connects if need be, however often that must be tried, and starts every flight that is not under way.</summary>
    /// <returns>False when the session is to end.</returns>
    private async Task<bool> ConnectAsync()
    {
        while (!_isConnected)
        {
            try
            {
                await CallAsync(_calls[^1], cancel => _sink.ConnectAsync(cancel)).ConfigureAwait(false);
                _isConnected = true;
                _owner.Connected();
            }
            catch (Exception exception)
            {
                if (!await RecoverAsync(exception).ConfigureAwait(false)) return false;
            }
        }

        foreach (var flight in _flights)
        {
            if (flight.Task is null || flight.HasFailed) Launch(flight);
        }

        return true;
    }

    private void Launch(Flight flight) =>
        flight.Task = flight.Dispatch.IsDone ? Task.CompletedTask
            : flight.Dispatch.SendNextAsync(batch => CallAsync(_calls[flight.Slot], cancel => _sink.WriteAsync(batch, cancel)));

    private async Task<bool> RecoverAsync(Exception exception)
    {
        _isConnected = false;
        if (_over.IsCancellationRequested) return false;
        var reason = exception is OperationCanceledException ? $"no answer within {Timeout.TotalSeconds:0} s" : DriverFault.Describe(exception);
        _bugs = DriverFault.IsBug(exception) ? _bugs + 1 : 0;
        if (_bugs >= BugsUntilParked)
        {
            _owner.Park($"it failed {_bugs} times in a row: {reason}");
            return false;
        }

        var sleep = _retry.Failed(exception is RetryAfterException asked ? asked.After : TimeSpan.Zero);
        _owner.Retrying(reason, sleep, _retry);
        await _alarm.WaitUntilAsync(_time.GetTimestamp() + _time.Ticks(sleep)).ConfigureAwait(false);
        return !_isFinishing;
    }

    private async ValueTask CallAsync(CallClock clock, Func<CancellationToken, ValueTask> call)
    {
        clock.Start();
        using var deadline = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _over.Token);
        try
        {
            await call(either.Token).ConfigureAwait(false);
        }
        finally
        {
            clock.End();
        }
    }

    private int Slot() => Enumerable.Range(0, _window).First(slot => _flights.All(f => f.Slot != slot));

    /// <summary>A portion under way and the call that it takes part in.</summary>
    private sealed class Flight(Dispatch dispatch, int slot)
    {
        public Dispatch Dispatch { get; } = dispatch;

        public int Slot { get; } = slot;

        public Task? Task { get; set; }

        public bool HasFailed => Task is { IsCompleted: true, IsCompletedSuccessfully: false };
    }
}
