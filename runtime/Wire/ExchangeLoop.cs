using System.Runtime.CompilerServices;

namespace PlantRuntime.Wire;

/// <summary>
/// Keeps the current session of one device and runs exchanges on it, one at a time. A driver owns one loop for its whole life, and the loop
/// owns the session and the request ids. The driver, its readers, writers and blocks call it within the host's calls, one call at a time;
/// not thread-safe. It never reconnects, retries or logs. A steady exchange allocates nothing.
/// </summary>
/// <typeparam name="TSession">The protocol's session.</typeparam>
/// <param name="notConnected">Creates the exception that makes the host reconnect, from a message and the cause, if any.</param>
/// <param name="time">The clock of the pauses; the system's if it is null.</param>
public sealed class ExchangeLoop<TSession>(Func<string, Exception?, Exception> notConnected, TimeProvider? time = null) : IDisposable
    where TSession : RequestSession
{
    // 2 << 5 = 64 silent exchanges in a row on each connection to a device that has never answered on the last five.
    private const int MaxSilentConnections = 5;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private Func<RequestTable, CancellationToken, ValueTask<TSession>>? _open;
    private TSession? _session;
    private ReusableDelay? _delay;
    private bool _isReleased;
    private int _silentConnections;

    // Ticks of the clock before which nothing is sent; 0 if there is no pause.
    private long _readyAt;
    private long _connectPauseEnd;

    /// <summary>Time that passes between a reply and the next request; then one request is in flight.</summary>
    public TimeSpan RequestPause { get; init; }

    /// <summary>Time that passes between a connection and the first request.</summary>
    public TimeSpan ConnectPause { get; init; }

    /// <summary>True if each exchange ends with the release of the connection, which the next one opens again.</summary>
    public bool ReleasesAfterExchange { get; init; }

    /// <summary>
    /// True if a timeout ends with the release of the connection, for protocols whose replies have no id: a late reply cannot be taken for
    /// the reply to the next request, because that goes over another connection.
    /// </summary>
    public bool ReleasesAfterTimeout { get; init; }

    /// <summary>Counts requests, and replies by kind, over all connections.</summary>
    public RequestTable Requests { get; } = new();

    /// <summary>True while <see cref="ConnectPause"/> has not passed.</summary>
    public bool IsInConnectPause => _connectPauseEnd != 0 && _time.GetTimestamp() < _connectPauseEnd;

    /// <summary>The current session. Throws the "not connected" exception if there is none.</summary>
    public TSession Session => _session ?? throw notConnected("not connected", null);

    /// <summary>True if there is a session and the device has closed its connection. Never blocks.</summary>
    public bool IsClosedByPeer => _session is { IsClosedByPeer: true };

    /// <summary>Closes the current session, if any, and opens a new one.</summary>
    /// <param name="open">Connects and shakes hands. Exceptions of the connection become the "not connected" exception.</param>
    /// <param name="cancel">The host's timeout.</param>
    public async ValueTask ConnectAsync(Func<RequestTable, CancellationToken, ValueTask<TSession>> open, CancellationToken cancel)
    {
        _open = open;
        await OpenAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Runs an exchange to its end and keeps as many requests in flight as the session allows.</summary>
    /// <exception cref="OperationCanceledException">
    /// The timeout passed and the exchange has no usable result. The connection stays.
    /// </exception>
    /// <exception cref="Exception">
    /// The "not connected" exception if the connection was lost, or if nothing at all was received in two exchanges in a row; it is closed.
    /// Any other exception comes from the exchange; the connection stays.
    /// </exception>
    public ValueTask RunAsync(IExchange exchange, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return _isReleased ? OpenAndRunAsync(exchange, cancel) : RunAsync(Session, exchange, cancel);
    }

    /// <summary>Closes the current session, if any. A new one can be opened afterwards.</summary>
    public void Dispose()
    {
        Close();
        _delay?.Dispose();
        _delay = null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunAsync(TSession session, IExchange exchange, CancellationToken cancel)
    {
        session.BeginExchange();
        try
        {
            if (_readyAt != 0) await PauseAsync(cancel).ConfigureAwait(false);
            while (exchange.PrepareRound() is var count and > 0)
            {
                for (int sent = 0, answered = 0; answered < count;)
                {
                    var next = Math.Min(count, answered + session.MaxInFlight) - sent;
                    if (next > 0)
                    {
                        if (_readyAt != 0) await PauseAsync(cancel).ConfigureAwait(false);
                        await session.SendAsync(exchange.Frames(sent, next), sent, cancel).ConfigureAwait(false);
                        sent += next;
                    }

                    if (!session.TryReceive(out var reply))
                    {
                        var received = await session.FillAsync(cancel).ConfigureAwait(false);
                        if (received == IConnection.NoReply)
                        {
                            session.AbandonExchange();
                            exchange.GiveUp(answered++);
                            continue;
                        }

                        session.Commit(received);
                        if (!session.TryReceive(out reply)) continue;
                    }

                    do
                    {
                        answered++;
                        if (!exchange.Accept(reply.Request, reply.Frame.Span)) count = sent;
                    }
                    while (session.TryReceive(out reply));
                    if (RequestPause > TimeSpan.Zero) _readyAt = _time.GetTimestamp() + Ticks(RequestPause);
                }
            }

            if (ReleasesAfterExchange) Release(session);
        }
        catch (OperationCanceledException e)
        {
            var isPaused = IsInConnectPause;
            if (!isPaused && !session.TryContinueAfterTimeout(exchange.ShowsSilence)) throw Lost(session, exchange, NoAnswer(session), e);
            if (!isPaused && (ReleasesAfterTimeout || ReleasesAfterExchange)) Release(session);
            if (!exchange.TryCompleteAtTimeout()) throw new OperationCanceledException("no answer in time", e, cancel);
        }
        catch (Exception e)
        {
            // A reply to this exchange must not be taken for a reply to the next one.
            session.AbandonExchange();
            if (LinkException.From(e) is not { } lost) throw;
            if (exchange.TryCompleteWithoutConnection(lost.Message))
            {
                Release(session);
                return;
            }

            throw Lost(session, exchange, lost.Message, e);
        }
    }

    private async ValueTask OpenAsync(CancellationToken cancel)
    {
        Close();
        Requests.AbandonOutstanding();
        try
        {
            _session = await _open!(Requests, cancel).ConfigureAwait(false);
            _session.MaxSilentExchanges <<= Math.Min(_silentConnections, MaxSilentConnections);
            if (RequestPause > TimeSpan.Zero) _session.MaxInFlight = 1;
            _connectPauseEnd = _readyAt = ConnectPause > TimeSpan.Zero ? _time.GetTimestamp() + Ticks(ConnectPause) : 0;
        }
        catch (Exception e) when (LinkException.From(e) is { } lost)
        {
            throw notConnected(lost.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw notConnected("no answer to the attempt to connect", e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask OpenAndRunAsync(IExchange exchange, CancellationToken cancel)
    {
        await OpenAsync(cancel).ConfigureAwait(false);
        await RunAsync(Session, exchange, cancel).ConfigureAwait(false);
    }

    private void Close()
    {
        // A device may need some time after a connection before it answers: the more connections stay silent, the longer each is kept.
        if (_session is not null) _silentConnections = _session.Received > 0 ? 0 : _silentConnections + 1;
        _session?.Dispose();
        _session = null;
        _isReleased = false;
    }

    // Closes the session, but lets the next exchange open another one.
    private void Release(TSession session)
    {
        if (!ReferenceEquals(session, _session)) return;
        Close();
        _isReleased = true;
    }

    // Waits until requests may be sent.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PauseAsync(CancellationToken cancel)
    {
        _delay ??= new ReusableDelay(_time);
        for (var now = _time.GetTimestamp(); now < _readyAt; now = _time.GetTimestamp())
            await _delay.WaitAsync(_time.GetElapsedTime(now, _readyAt), cancel).ConfigureAwait(false);
        _readyAt = 0;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private static string NoAnswer(TSession session) =>
        session.MaxSilentExchanges == 2 ? "no answer to anything twice in a row"
            : $"no answer to anything {session.MaxSilentExchanges} times in a row";

    private Exception Lost(TSession session, IExchange exchange, string reason, Exception cause)
    {
        if (ReferenceEquals(session, _session)) Close();
        return notConnected(exchange.ConnectionLost(reason), cause);
    }
}
