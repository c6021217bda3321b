using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// A connection that receives messages. <see cref="MqttDriver"/> owns it. It owns the connection and has no background task: it reads from
/// the socket only within the host's calls, so that unread messages wait at the broker. If a broker sends more messages than the receive
/// maximum allows, the session stops reading until the host has stored some, and TCP holds the broker back. All methods are called one at a
/// time, but <see cref="SendAcksAsync"/> may also run while a read waits, on another thread. It never reconnects.
/// </summary>
internal sealed class SubscriberSession : IAsyncDisposable
{
    private readonly MonitoredConnection _connection;
    private readonly IncomingAcks _acks;
    private readonly SubscriptionRequests _requests;
    private readonly ProtocolVersion _version;
    private readonly IPluginLog _log;
    private readonly SemaphoreSlim _sendingAcks = new(1);
    private readonly SemaphoreSlim _windowChanged = new(0);
    private readonly int _receiveMaximum;
    private readonly ByteSize _maxPacketSize;
    // A PUBLISH that was taken from the received bytes and not read yet. It is valid because no bytes are received meanwhile.
    private ReadOnlyMemory<byte> _held;
    private bool _isPauseLogged;

    /// <param name="accepted">The connection, which this session owns from now on.</param>
    /// <param name="acks">The received messages, including those of an earlier connection.</param>
    /// <param name="options">The options of the driver.</param>
    /// <param name="context">Clock and log.</param>
    public SubscriberSession(AcceptedConnection accepted, IncomingAcks acks, MqttDriverOptions options, PluginContext context)
    {
        _maxPacketSize = options.MaxPacketSize;
        (_acks, _version, _log) = (acks, options.Protocol, context.Log);
        _requests = new SubscriptionRequests(options.Qos, _version);
        _receiveMaximum = options.MaxInFlightOrDefault;
        _connection = new MonitoredConnection(accepted, options, () => _requests.IsPending, context.Time)
        {
            IsReading = false, Ended = SignalWindow,
        };
    }

    /// <summary>Sends SUBSCRIBE for the subscriptions that have not been requested on this connection.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public ValueTask SubscribeAsync(IReadOnlyList<TopicSubscription> all, CancellationToken cancel)
    {
        var packets = _requests.CreatePackets(all);
        return packets.IsEmpty ? default : _connection.SendAsync(packets, cancel);
    }

    /// <summary>
    /// Waits for the SUBACKs to <see cref="SubscribeAsync"/>, or for the first message: a broker may send messages before SUBACK, which is
    /// then handled while messages are read.
    /// </summary>
    /// <exception cref="LinkException">The broker refuses a subscription, or the connection has ended.</exception>
    public async ValueTask WaitForSubAcksAsync(CancellationToken cancel)
    {
        ReadOnlyMemory<byte> first;
        while (!TryDequeuePublish(out first) && _requests.IsPending) await ReceiveAsync(cancel).ConfigureAwait(false);
        _held = first;
    }

    /// <summary>Reads the next reading of the last message, or the received messages up to the first one that fills a tag.</summary>
    /// <returns>False when no received message fills a tag, or when the next message has to wait for acknowledgements.</returns>
    /// <exception cref="LinkException">The broker ended the connection or violates the protocol.</exception>
    public bool TryRead(MessageReader payloads, ScanBuffer into)
    {
        if (payloads.TryFillNext(into)) return true;
        while (TryDequeuePublish(out var packet))
        {
            var length = FixedHeader.FrameLength(packet.Span);
            var isTooLong = length > _maxPacketSize.Bytes;
            var message = isTooLong ? ReceivedMessage.ParseStart(packet.Span) : ReceivedMessage.Parse(packet.Span, _version);
            if (!_acks.IsNew(message)) continue;
            if (message.QoS > 0 && _acks.IsFull)
            {
                _held = packet;
                return false;
            }

            var scans = !isTooLong ? payloads.Fill(message, into) : payloads.FillTooLong(message, DescribeTooLong(length), into) ? 1 : 0;
            _acks.Add(message, scans);
            if (scans > 0) return true;
        }

        return false;
    }

    /// <summary>
    /// Sends pending acknowledgements, then waits for bytes from the broker. While a message has to wait for acknowledgements, it reads no
    /// bytes and waits for the host instead.
    /// </summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReceiveAsync(CancellationToken cancel)
    {
        _connection.ThrowIfFailed();
        if (!_held.IsEmpty)
        {
            await WaitForWindowAsync(cancel).ConfigureAwait(false);
            return;
        }

        _connection.IsReading = true;
        try
        {
            if (_acks.HasAcks) await SendAcksAsync(cancel).ConfigureAwait(false);
            // A broker with Nagle's algorithm holds the next messages back until TCP has acknowledged the last ones, up to 40 ms.
            _connection.AcknowledgeSegments();
            await _connection.FillAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _connection.IsReading = false;
        }
    }

    /// <summary>
    /// Sends pending acknowledgements. Called while messages are received and, on any thread, after the host has stored scans.
    /// </summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAcksAsync(CancellationToken cancel)
    {
        SignalWindow();
        // Dequeuing and sending are one step: two callers would otherwise send acknowledgements out of order.
        await _sendingAcks.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            for (var bytes = _acks.DequeueBytes(); !bytes.IsEmpty; bytes = _acks.DequeueBytes())
                await _connection.SendAsync(bytes, cancel).ConfigureAwait(false);
        }
        finally
        {
            _sendingAcks.Release();
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Waits until the host has stored scans or the connection has ended. The keep-alive continues meanwhile.</summary>
    private async ValueTask WaitForWindowAsync(CancellationToken cancel)
    {
        if (!_isPauseLogged)
        {
            _isPauseLogged = true;
            _log.Warn($"the broker sends more messages than max_in_flight = {_receiveMaximum} allows: reading pauses while that many "
                + "messages are not stored yet");
        }

        if (_acks.HasAcks) await SendAcksAsync(cancel).ConfigureAwait(false);
        if (_acks.IsFull) await _windowChanged.WaitAsync(cancel).ConfigureAwait(false);
        _connection.ThrowIfFailed();
    }

    /// <summary>Wakes <see cref="WaitForWindowAsync"/>. Called after scans are stored and at the end of the connection.</summary>
    private void SignalWindow()
    {
        lock (_windowChanged)
        {
            if (_windowChanged.CurrentCount == 0) _windowChanged.Release();
        }
    }

    /// <summary>Takes the next received PUBLISH and handles the other packets before it.</summary>
    private bool TryDequeuePublish(out ReadOnlyMemory<byte> message)
    {
        message = _held;
        _held = default;
        if (!message.IsEmpty) return true;
        while (_connection.Frames.TryRead(out message))
        {
            var type = FixedHeader.TypeOf(message.Span[0]);
            _connection.PacketReceived(isAnswer: type == PacketType.SubAck);
            if (type == PacketType.Publish) return true;
            if (FixedHeader.FrameLength(message.Span) > message.Length) throw new FrameException("a packet that is too long", message.Span);
            HandlePacket(type, message.Span);
        }

        return false;
    }

    private string DescribeTooLong(int length) => $"the message of {length} bytes is longer than max_packet_size = {_maxPacketSize}";

    private void HandlePacket(PacketType type, ReadOnlySpan<byte> packet)
    {
        switch (type)
        {
            case PacketType.PubRel:
                _acks.Release(AckPacket.Parse(packet, _version).Id);
                break;
            case PacketType.SubAck:
                if (_requests.Apply(SubAckPacket.Parse(packet, _version)) is { } warning) _log.Warn(warning);
                break;
            case PacketType.PingResp when packet.Length == 2:
                break;
            case PacketType.Disconnect when _version == ProtocolVersion.V5:
                var (reason, text) = DisconnectPacket.Parse(packet);
                throw ClosedByBrokerException.FromDisconnect(reason, text);
            default:
                throw new FrameException($"a packet of type {type} that a subscribing client does not expect", packet);
        }
    }
}
