using System.Runtime.CompilerServices;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// An accepted connection with keep-alive: a timer sends pings and closes the connection when the broker does not answer; the first failure
/// is kept for every later caller. One session owns it; it owns the connection and the timer, whose callback runs on a pool thread. Any
/// thread may send; one caller at a time may receive. It never reconnects or logs.
/// </summary>
internal sealed class MonitoredConnection : IAsyncDisposable
{
    private readonly MqttConnection _connection;
    private readonly KeepAliveMonitor _keepAlive;
    private readonly TimeSpan _responseTimeout;
    private readonly TimeProvider _time;
    private readonly Func<bool> _isAwaitingAnswer;
    private readonly ITimer _timer;
    private LinkException? _failure;
    private volatile bool _isReading = true;

    /// <param name="accepted">The connection, which this object owns from now on.</param>
    /// <param name="options">The options of the connection.</param>
    /// <param name="isAwaitingAnswer">Returns true while sent messages or requests are unacknowledged. Called by the timer.</param>
    /// <param name="time">The clock.</param>
    public MonitoredConnection(AcceptedConnection accepted, MqttOptions options, Func<bool> isAwaitingAnswer, TimeProvider time)
    {
        (_connection, Frames) = (accepted.Connection, accepted.Frames);
        (_responseTimeout, _isAwaitingAnswer, _time) = (options.ResponseTimeout, isAwaitingAnswer, time);
        var demanded = accepted.Ack.ServerKeepAlive ?? TimeSpan.Zero;
        var keepAlive = demanded > TimeSpan.Zero && demanded < options.KeepAlive ? demanded : options.KeepAlive;
        _keepAlive = new KeepAliveMonitor(time, keepAlive, _responseTimeout);
        _timer = time.CreateTimer(static self => ((MonitoredConnection)self!).Poll(), this, _keepAlive.Interval, _keepAlive.Interval);
    }

    /// <summary>The received bytes, from which the receiving caller reads packets.</summary>
    public FrameBuffer Frames { get; }

    /// <summary>
    /// Called once when the connection has ended, by the sender, receiver or timer callback that noticed it. It must not block.
    /// </summary>
    public Action Ended { get; set; } = static () => { };

    /// <summary>False while no caller reads packets, so that the keep-alive does not count their absence.</summary>
    public bool IsReading
    {
        get => _isReading;
        set => _isReading = value;
    }

    /// <summary>Tells the keep-alive that a packet was received.</summary>
    /// <param name="isAnswer">True when the packet acknowledges a message or request.</param>
    public void PacketReceived(bool isAnswer) => _keepAlive.OnReceived(isAnswer);

    /// <exception cref="LinkException">The connection has ended; the message is that of the first failure.</exception>
    public void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure) throw new LinkException(failure.Message, failure);
    }

    /// <summary>Sends all bytes. A send that fails or is cancelled ends the connection, because part of the bytes may be sent.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        _keepAlive.OnSent();
        try
        {
            await _connection.SendAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            Fail(e is LinkException link ? ClosedByBrokerException.From(link)
                : new LinkException("a write was cancelled before all bytes were sent", e));
            if (e is OperationCanceledException) throw;
            ThrowIfFailed();
        }
    }

    /// <summary>Waits for more bytes and adds them to <see cref="Frames"/>.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; no bytes are lost.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FillAsync(CancellationToken cancel)
    {
        try
        {
            await _connection.FillAsync(Frames, cancel).ConfigureAwait(false);
            // A long packet on a slow line arrives over many seconds, and the reply to a ping after it.
            _keepAlive.OnReceived(isAnswer: false);
        }
        catch (LinkException e)
        {
            Fail(ClosedByBrokerException.From(e));
            ThrowIfFailed();
        }
    }

    /// <summary>True when the connection has ended because the broker closed it.</summary>
    public bool IsClosedByBroker => Volatile.Read(ref _failure) is ClosedByBrokerException;

    /// <summary>Makes TCP acknowledge the received segments now instead of with the next packet that is sent.</summary>
    public void AcknowledgeSegments() => _connection.AcknowledgeSegments();

    /// <summary>Closes the connection. Only the first failure is kept.</summary>
    public void Fail(LinkException failure)
    {
        var isFirst = Interlocked.CompareExchange(ref _failure, failure, null) is null;
        _connection.Dispose();
        if (isFirst) Ended();
    }

    /// <summary>Sends DISCONNECT if the connection is open, then closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _failure) is null)
        {
            try
            {
                using var limit = new CancellationTokenSource(_responseTimeout, _time);
                await _connection.SendAsync(DisconnectPacket.Normal, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is LinkException or OperationCanceledException)
            {
                // DISCONNECT is optional here: the connection is closed in any case.
            }
        }

        Fail(new LinkException("the connection is closed"));
    }

    private void Poll()
    {
        switch (_keepAlive.Poll(_isAwaitingAnswer(), _isReading))
        {
            case KeepAliveAction.SendPing:
                _ = SendPingAsync();
                break;
            case KeepAliveAction.Close:
                Fail(new LinkException($"no answer from the broker within {_responseTimeout.TotalSeconds:0.###} s"));
                break;
        }
    }

    private async Task SendPingAsync()
    {
        try
        {
            await _connection.SendAsync(PingPacket.Request, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            Fail(e);
        }
    }
}
