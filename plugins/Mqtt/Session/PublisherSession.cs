using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>A connection on which messages are published. Receives in the background until disposed. One delivery at a time.</summary>
internal sealed class PublisherSession : IAsyncDisposable
{
    /// <summary>Longest packet taken: a publisher gets short answers only, and a few words with them.</summary>
    public const int MostReceivedBytes = 64 << 10;

    private readonly LiveLink _link;
    private readonly Delivery _delivery;
    private readonly ProtocolVersion _version;
    private readonly SemaphoreSlim _changed = new(0);
    private readonly Lock _gate = new();
    private readonly Task _receiving;

    /// <param name="welcome">The connection; owned from now on.</param>
    /// <param name="delivery">The messages, those of an earlier connection included.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="time">The clock.</param>
    public PublisherSession(Welcome welcome, Delivery delivery, MqttOptions options, TimeProvider time)
    {
        (_delivery, _version) = (delivery, options.Protocol);
        Window = Math.Min(options.MaxInFlightOrDefault, welcome.Ack.ReceiveMaximum);
        MaximumPacketSize = welcome.Ack.MaximumPacketSize;
        _link = new LiveLink(welcome, options, () => delivery.InFlight > 0, time) { Ended = Wake };
        _receiving = ReceiveAsync();
    }

    /// <summary>Messages that may be without an answer.</summary>
    public int Window { get; }

    /// <summary>Bytes of the longest packet that the broker takes.</summary>
    public long MaximumPacketSize { get; }

    /// <exception cref="LinkException">The connection is gone.</exception>
    public void ThrowIfFailed() => _link.ThrowIfFailed();

    /// <summary>Sends what the delivery has to send and waits until it is answered; with QoS 0, until it is sent.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">The token ended it. What is on its way stays so.</exception>
    public async ValueTask DeliverAsync(CancellationToken cancel)
    {
        while (true)
        {
            // Before anything else: what is answered is answered, even by a broker that closes the connection behind its answer.
            if (_delivery.IsFinished) return;
            ThrowIfFailed();
            cancel.ThrowIfCancellationRequested();
            var bytes = _delivery.Next(Window);
            if (!bytes.IsEmpty) await _link.SendAsync(bytes, cancel).ConfigureAwait(false);
            else await _changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until nothing runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                while (_link.Frames.TryTake(out var packet)) Take(packet.Span);
                Wake();
                // Brokers answer each message alone, and TCP's Nagle lets such small answers wait for our acknowledgement of the first one.
                // That travels with our next message; behind the last one it would come by TCP's timer only, 40 ms later.
                if (_delivery.IsAllSent) _link.AcknowledgeSegments();
                await _link.FillAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            _link.Fail(e as LinkException ?? new LinkException(e.Message, e));
        }
    }

    private void Take(ReadOnlySpan<byte> packet)
    {
        var type = FixedHeader.TypeOf(packet[0]);
        switch (type)
        {
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubComp:
                _link.Received(isAnswer: true);
                _delivery.Answer(Ack.Parse(packet, _version));
                break;
            case PacketType.PingResp when packet.Length == 2:
                _link.Received(isAnswer: false);
                break;
            case PacketType.Disconnect when _version == ProtocolVersion.V5:
                throw new LinkException($"the broker ended the connection: {Disconnect.Parse(packet)}");
            default:
                throw new FrameException($"a packet of type {type} that a publisher does not expect", packet);
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
    }
}
