using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// A connection on which messages come. It takes from the wire only when it is asked to, so that what nobody reads waits at the broker.
/// One reader; acknowledgements may come on another thread.
/// </summary>
internal sealed class SubscriberSession : IAsyncDisposable
{
    private readonly LiveLink _link;
    private readonly Receipts _receipts;
    private readonly Subscriptions _subscriptions;
    private readonly ProtocolVersion _version;
    private readonly IPluginLog _log;
    private readonly SemaphoreSlim _answering = new(1);
    private ReadOnlyMemory<byte> _first;

    /// <param name="welcome">The connection; owned from now on.</param>
    /// <param name="receipts">What is known of messages, of those of an earlier connection too.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="context">Clock and log.</param>
    public SubscriberSession(Welcome welcome, Receipts receipts, MqttOptions options, PluginContext context)
    {
        (_receipts, _version, _log) = (receipts, options.Protocol, context.Log);
        _subscriptions = new Subscriptions(options.Qos, _version);
        _link = new LiveLink(welcome, options, () => _subscriptions.IsWaiting, context.Time) { IsListening = false };
    }

    /// <summary>Asks for what has not been asked for.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    public ValueTask SubscribeAsync(IReadOnlyList<Subscription> all, CancellationToken cancel)
    {
        var packets = _subscriptions.Ask(all);
        return packets.IsEmpty ? default : _link.SendAsync(packets, cancel);
    }

    /// <summary>
    /// Waits for the answers to <see cref="SubscribeAsync"/>, but no longer than until the first message: messages may come before the
    /// answers, which are then seen among them.
    /// </summary>
    /// <exception cref="LinkException">The broker refuses, or is gone.</exception>
    public async ValueTask UntilSubscribedAsync(CancellationToken cancel)
    {
        ReadOnlyMemory<byte> first;
        while (!TryTake(out first) && _subscriptions.IsWaiting) await ReceiveAsync(cancel).ConfigureAwait(false);
        _first = first;
    }

    /// <summary>Reads the messages that are there until one brings something.</summary>
    /// <returns>False when none did.</returns>
    /// <exception cref="LinkException">The broker ended the connection, or is out of step.</exception>
    public bool TryRead(PayloadReader payloads, ScanBuffer into)
    {
        while (TryTake(out var packet))
        {
            var message = ReceivedMessage.Parse(packet.Span, _version);
            if (!_receipts.IsNew(message)) continue;
            var isScan = payloads.Fill(message, into);
            _receipts.Read(message, isScan);
            if (isScan) return true;
        }

        return false;
    }

    /// <summary>Says what is to be said, and waits for more to come in.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReceiveAsync(CancellationToken cancel)
    {
        _link.ThrowIfFailed();
        _link.IsListening = true;
        try
        {
            if (_receipts.HasAnswers) await AnswerAsync(cancel).ConfigureAwait(false);
            // A broker with Nagle's algorithm keeps the next messages back until then, up to 40 ms.
            _link.AcknowledgeSegments();
            await _link.FillAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _link.IsListening = false;
        }
    }

    /// <summary>Says what is to be said of messages.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    public async ValueTask AnswerAsync(CancellationToken cancel)
    {
        // One at a time from taking the answers to having sent them: else they would overtake each other.
        await _answering.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            for (var bytes = _receipts.Next(); !bytes.IsEmpty; bytes = _receipts.Next())
                await _link.SendAsync(bytes, cancel).ConfigureAwait(false);
        }
        finally
        {
            _answering.Release();
        }
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    /// <summary>The next PUBLISH that is there; what else comes is seen to.</summary>
    private bool TryTake(out ReadOnlyMemory<byte> message)
    {
        message = _first;
        _first = default;
        if (!message.IsEmpty) return true;
        while (_link.Frames.TryTake(out message))
        {
            var type = FixedHeader.TypeOf(message.Span[0]);
            _link.Received(isAnswer: type == PacketType.SubAck);
            if (type == PacketType.Publish) return true;
            Take(type, message.Span);
        }

        return false;
    }

    private void Take(PacketType type, ReadOnlySpan<byte> packet)
    {
        switch (type)
        {
            case PacketType.PubRel:
                _receipts.Release(Ack.Parse(packet, _version).Id);
                break;
            case PacketType.SubAck:
                if (_subscriptions.Answer(SubAck.Parse(packet, _version)) is { } news) _log.Warn(news);
                break;
            case PacketType.PingResp when packet.Length == 2:
                break;
            case PacketType.Disconnect when _version == ProtocolVersion.V5:
                throw new LinkException($"the broker ended the connection: {Disconnect.Parse(packet)}");
            default:
                throw new FrameException($"a packet of type {type} that a subscriber does not expect", packet);
        }
    }
}
