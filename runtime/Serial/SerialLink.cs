using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using PlantRuntime.Wire;

namespace PlantRuntime.Serial;

/// <summary>
/// One device's access to a serial line, which it may share with other devices of the same plugin. Between
/// <see cref="WaitForTurnAsync"/> and <see cref="EndTurn"/> the line is its own; all other methods are called only then. One driver owns it
/// and makes one call at a time. It never retries or logs.
/// </summary>
public sealed class SerialLink : IValueTaskSource, IDisposable
{
    private readonly SerialLine _line;
    private ManualResetValueTaskSourceCore<bool> _turn = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancelled;
    private CancellationToken _cancel;
    private bool _hasTurn;
    private bool _hasSent;
    private bool _hasReply;

    private SerialLink(SerialLine line, SerialSettings settings) => (_line, Settings) = (line, settings);

    /// <summary>The settings that the line has during the turns of this device.</summary>
    public SerialSettings Settings { get; }

    /// <summary>
    /// True if the adapter returns what it sends (<see cref="SerialSettings.HasEcho"/>) and other bytes came back at the last request.
    /// </summary>
    public bool IsEchoWrong { get; private set; }

    /// <summary>Number of turns in a row in which the device did not reply. Used by <see cref="LineTurns"/> only.</summary>
    internal int SilentTurns { get; set; }

    /// <summary>Joins the line of a port, which is created when its first device joins it. Performs no I/O.</summary>
    public static SerialLink Join(SerialSettings settings, TimeProvider time) => new(SerialLine.Acquire(settings.Port, time), settings);

    /// <summary>Waits until the line belongs to this device. Completes at once on a free line.</summary>
    /// <exception cref="OperationCanceledException">The token ended the wait.</exception>
    public ValueTask WaitForTurnAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        (_hasSent, _hasReply, _cancel) = (false, false, cancel);
        _turn.Reset();
        _line.Turns.Request(this);
        _cancelled = cancel.UnsafeRegister(static link => ((SerialLink)link!).Withdraw(), this);
        return new ValueTask(this, _turn.Version);
    }

    /// <summary>Ends the turn. Does nothing if the line does not belong to this device.</summary>
    public void EndTurn()
    {
        if (!_hasTurn) return;
        _hasTurn = false;
        _line.Turns.End(this, _hasSent && !_hasReply);
    }

    /// <summary>Opens the port unless it is open, and applies this device's settings.</summary>
    /// <exception cref="LinkException">The port is missing, in use, or may not be used.</exception>
    public void Open() => _line.Open(Settings);

    /// <summary>
    /// Drops what was received before, waits for the silence that ends the previous frame, and sends a frame. An echo is read and dropped.
    /// </summary>
    /// <exception cref="LinkException">The port failed and is closed, for all devices of the line.</exception>
    /// <exception cref="OperationCanceledException">The token ended the call.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        _hasSent = true;
        IsEchoWrong = !await _line.SendAsync(Settings, frame, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Reports that the device has replied, or need not reply, in this turn. After two turns without a reply the device waits longer for
    /// the next one, so that devices that are off cost the others a bounded part of the time.
    /// </summary>
    public void ReportReply() => _hasReply = true;

    /// <summary>Waits for bytes.</summary>
    /// <param name="into">Receives the bytes.</param>
    /// <param name="silence">Longest wait; infinite to wait until the token ends the call.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <returns>The number of bytes; 0 if the line was silent for so long.</returns>
    /// <exception cref="LinkException">The port failed and is closed, for all devices of the line.</exception>
    /// <exception cref="OperationCanceledException">The token ended the call.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan silence, CancellationToken cancel) =>
        _line.ReceiveAsync(into, silence, cancel);

    /// <summary>Keeps the line silent for a time after a request that nobody answers, such as a broadcast.</summary>
    public void KeepSilent(TimeSpan duration) => _line.KeepSilent(duration);

    /// <summary>Leaves the line; its last device closes the port.</summary>
    public void Dispose()
    {
        if (_line.Turns.Withdraw(this)) _turn.SetException(new ObjectDisposedException(Settings.Port));
        EndTurn();
        _line.Release();
    }

    void IValueTaskSource.GetResult(short token)
    {
        _cancelled.Dispose();
        _turn.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _turn.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _turn.OnCompleted(continuation, state, token, flags);

    /// <summary>Called by <see cref="LineTurns"/> when the turn of this device begins; any thread.</summary>
    internal void BeginTurn()
    {
        _hasTurn = true;
        _turn.SetResult(true);
    }

    private void Withdraw()
    {
        if (_line.Turns.Withdraw(this)) _turn.SetException(new OperationCanceledException(_cancel));
    }
}
