using System.Runtime.CompilerServices;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// A connection that publishes messages. <see cref="MqttSink"/> owns it. It owns the connection and one background task, the read loop,
/// which applies acknowledgements and ends with the connection. The write loop, <see cref="DeliverAsync"/>, runs in the caller; one
/// delivery at a time. It never reconnects or logs.
/// </summary>
internal sealed class PublisherSession : IAsyncDisposable
{
    /// <summary>Longest packet that is accepted: a publisher receives only short acknowledgements with an optional reason text.</summary>
    public const int MaxReceivedPacketBytes = 64 << 10;

    private readonly MonitoredConnection _connection;
    private readonly OutgoingMessages _outgoing;
    private readonly ProtocolVersion _version;
    private readonly SemaphoreSlim _progress = new(0);
    private readonly Lock _gate = new();
    private readonly Task _receiving;

    /// <param name="accepted">The connection, which this session owns from now on.</param>
    /// <param name="outgoing">The messages in delivery, including those of an earlier connection.</param>
    /// <param name="options">The options of the sink.</param>
    /// <param name="time">The clock.</param>
    public PublisherSession(AcceptedConnection accepted, OutgoingMessages outgoing, MqttOptions options, TimeProvider time)
    {
        (_outgoing, _version) = (outgoing, options.Protocol);
        Window = Math.Min(options.MaxInFlightOrDefault, accepted.Ack.ReceiveMaximum);
        MaximumPacketSize = accepted.Ack.MaximumPacketSize;
        _connection = new MonitoredConnection(accepted, options, () => outgoing.InFlight > 0, time) { Ended = SignalProgress };
        _receiving = ReceiveAsync();
    }

    /// <summary>Number of messages that may be unacknowledged.</summary>
    public int Window { get; }

    /// <summary>Length in bytes of the longest packet that the broker accepts.</summary>
    public long MaximumPacketSize { get; }

    /// <summary>True when the connection has ended because the broker closed it.</summary>
    public bool IsClosedByBroker => _connection.IsClosedByBroker;

    /// <summary>Throws the first failure if the connection has ended.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public void ThrowIfFailed() => _connection.ThrowIfFailed();

    /// <summary>
    /// Sends the outgoing messages and waits until all are acknowledged; with QoS 0, until all are sent. This is the write loop: it runs in
    /// the caller and waits for the read loop only when the window is full.
    /// </summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. Messages in flight stay in flight.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask DeliverAsync(CancellationToken cancel)
    {
        while (true)
        {
            // Checked first, because the acknowledgements count even if the broker closed the connection after them.
            if (_outgoing.IsFinished) return;
            ThrowIfFailed();
            cancel.ThrowIfCancellationRequested();
            var bytes = _outgoing.DequeueBytes(Window);
            if (!bytes.IsEmpty) await _connection.SendAsync(bytes, cancel).ConfigureAwait(false);
            else await _progress.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connection and waits for the end of the read loop.</summary>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
    }

    /// <summary>
    /// The read loop: applies the received packets, wakes the write loop and reads again until the connection ends. Every exception ends
    /// the connection and is reported to the next caller.
    /// </summary>
    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                while (_connection.Frames.TryRead(out var packet)) HandlePacket(packet.Span);
                SignalProgress();
                // A broker with Nagle's algorithm holds small acknowledgements back until TCP has acknowledged the first one. TCP does that
                // with the next message that is sent; after the last message it would wait for its timer, 40 ms.
                if (_outgoing.IsAllSent) _connection.AcknowledgeSegments();
                await _connection.FillAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            _connection.Fail(e as LinkException ?? new LinkException(e.Message, e));
        }
    }

    private void HandlePacket(ReadOnlySpan<byte> packet)
    {
        var type = FixedHeader.TypeOf(packet[0]);
        switch (type)
        {
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubComp:
                _connection.PacketReceived(isAnswer: true);
                _outgoing.Apply(AckPacket.Parse(packet, _version));
                break;
            case PacketType.PingResp when packet.Length == 2:
                _connection.PacketReceived(isAnswer: false);
                break;
            case PacketType.Disconnect when _version == ProtocolVersion.V5:
                var (reason, text) = DisconnectPacket.Parse(packet);
                throw ClosedByBrokerException.FromDisconnect(reason, text);
            default:
                throw new FrameException($"a packet of type {type} that a publishing client does not expect", packet);
        }
    }

    /// <summary>Wakes the write loop. Called by the read loop and at the end of the connection.</summary>
    private void SignalProgress()
    {
        lock (_gate)
        {
            if (_progress.CurrentCount == 0) _progress.Release();
        }
    }
}
