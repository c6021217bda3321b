using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Tracks the delivery of the messages of one batch: decides what to send next and applies acknowledgements (MQTT 5.0, sections 4.3, 4.4
/// and 4.9). <see cref="MqttSink"/> owns it; it outlives connections, so that a resumed session continues where the last connection ended.
/// The write loop of <see cref="PublisherSession"/> takes the bytes to send while its read loop applies acknowledgements; it locks
/// internally. It performs no I/O.
/// </summary>
/// <param name="qos">Quality of service of all messages.</param>
/// <param name="ids">Assigns packet ids.</param>
internal sealed class OutgoingMessages(int qos, PacketIds ids)
{
    // Bytes of one send; a longer message is sent alone.
    private const int MaxBytesPerSend = 64 << 10;
    private const int MaxReleasesPerSend = 256;
    private const int ClosingsUntilOneByOne = 2;
    private const int ClosingsUntilGivenUp = 3;

    private readonly Lock _gate = new();
    private readonly Queue<ushort> _releases = new();
    private readonly byte[] _releaseBytes = new byte[MaxReleasesPerSend * AckPacket.SuccessLength];
    private readonly List<RefusedMessage> _refusals = [];
    private DeliveryState[] _states = [];
    private ushort[] _ids = [];
    private MessageBuffer? _messages;
    private int _count;
    private int _cursor;
    private int _inFlight;
    private int _unfinished;
    private int _suspect = -1;
    private int _closings;
    private bool _isOneByOne;

    /// <summary>Number of acknowledgements that match no message awaiting one.</summary>
    public long UnexpectedAcks { get; private set; }

    /// <summary>Number of unacknowledged messages that were sent on this connection.</summary>
    public int InFlight
    {
        get { lock (_gate) return _inFlight; }
    }

    /// <summary>True when every message is delivered or refused.</summary>
    public bool IsFinished
    {
        get { lock (_gate) return _unfinished == 0; }
    }

    /// <summary>True when all messages are sent and some are unacknowledged.</summary>
    public bool IsAllSent
    {
        get { lock (_gate) return _unfinished > 0 && _cursor == _count && _releases.Count == 0; }
    }

    /// <summary>The messages that the broker refused. Valid when <see cref="IsFinished"/> is true.</summary>
    public IReadOnlyList<RefusedMessage> Refusals => _refusals;

    /// <summary>Starts the delivery of a batch. The previous batch must be finished.</summary>
    public void Begin(MessageBuffer messages)
    {
        lock (_gate)
        {
            _messages = messages;
            _count = messages.Messages.Length;
            if (_states.Length < _count) (_states, _ids) = (new DeliveryState[_count], new ushort[_count]);
            Array.Clear(_states, 0, _count);
            _refusals.Clear();
            (_cursor, _unfinished) = (0, _count);
            (_suspect, _closings, _isOneByOne) = (-1, 0, false);
        }
    }

    /// <summary>Retries the same batch: messages whose refusal allows a retry are sent again.</summary>
    public void RetryRefused()
    {
        lock (_gate)
        {
            _refusals.RemoveAll(r => r.Reason.Refusal != RefusalKind.Rejected);
            for (var i = 0; i < _count; i++)
            {
                if (_states[i] != DeliveryState.RefusedForNow) continue;
                _states[i] = DeliveryState.NotSent;
                _unfinished++;
                _cursor = Math.Min(_cursor, i);
            }
        }
    }

    /// <summary>
    /// Gives up the messages that have not been sent. Messages in flight are still finished, because their packet ids are in use.
    /// </summary>
    public void Abandon()
    {
        lock (_gate)
        {
            for (var i = 0; i < _count; i++)
            {
                if (_states[i] != DeliveryState.NotSent) continue;
                _states[i] = DeliveryState.Done;
                _unfinished--;
            }
        }
    }

    /// <summary>
    /// Prepares for a new connection. If the broker kept the session, unacknowledged messages are sent again in their order, marked DUP and
    /// with the same packet ids (section 4.4); otherwise they are sent as new messages.
    /// </summary>
    public void Resume(bool sessionPresent)
    {
        lock (_gate)
        {
            _releases.Clear();
            (_cursor, _inFlight) = (0, 0);
            if (!sessionPresent) ids.Clear();
            for (var i = 0; i < _count; i++)
            {
                if (_states[i] is DeliveryState.NotSent or DeliveryState.Done or DeliveryState.RefusedForNow) continue;
                if (!sessionPresent) _states[i] = DeliveryState.NotSent;
                else if (_states[i] is DeliveryState.Received or DeliveryState.Released) QueueRelease(i, countsAsInFlight: true);
                else _states[i] = DeliveryState.ToResend;
            }
        }
    }

    /// <summary>
    /// Notes that the broker closed the connection, perhaps because of a message: with MQTT 3.1.1 it has no other way to refuse one. After
    /// two closings at the same message the messages are sent one by one, and one at which the broker closes three more connections while
    /// no other is in flight is given up, with all that its record has left to send.
    /// </summary>
    /// <returns>The message that is given up, or null.</returns>
    public RefusedMessage? NoteClosing()
    {
        lock (_gate)
        {
            var first = Array.IndexOf(_states, DeliveryState.Sent, 0, _count);
            if (first < 0 || (_isOneByOne && _inFlight != 1)) return null;
            _closings = first == _suspect ? _closings + 1 : 1;
            _suspect = first;
            if (!_isOneByOne && _closings == ClosingsUntilOneByOne) (_isOneByOne, _closings) = (true, 0);
            return _isOneByOne && _closings == ClosingsUntilGivenUp ? GiveUp(first) : null;
        }
    }

    /// <summary>
    /// Returns the next bytes to send, limited to <paramref name="window"/> unacknowledged messages, and counts them as sent. Returns no
    /// bytes when acknowledgements have to arrive first.
    /// </summary>
    public ReadOnlyMemory<byte> DequeueBytes(int window)
    {
        lock (_gate)
        {
            if (_releases.Count > 0) return DequeueReleases();
            if (_isOneByOne) window = 1;
            while (_cursor < _count && !IsSendable(_cursor)) _cursor++;
            var first = _cursor;
            var bytes = 0;
            while (_cursor < _count && IsSendable(_cursor) && HasWindow(_cursor, window))
            {
                var message = _messages!.Messages[_cursor];
                if (bytes > 0 && bytes + message.Length > MaxBytesPerSend) break;
                bytes += message.Length;
                Send(_cursor++, message);
            }

            return bytes == 0 ? default : _messages!.GetBytes(_messages.Messages[first].Start, bytes);
        }
    }

    /// <summary>Applies an acknowledgement.</summary>
    /// <exception cref="LinkException">The acknowledgement does not fit the state of its message.</exception>
    public void Apply(in AckPacket ack)
    {
        lock (_gate)
        {
            if (!ids.TryFind(ack.Id, out var i))
            {
                UnexpectedAcks++;
                return;
            }

            switch (ack.Type, _states[i])
            {
                case (PacketType.PubAck, DeliveryState.Sent) when qos == 1:
                case (PacketType.PubRec, DeliveryState.Sent) when qos == 2 && ack.Reason.IsFailure:
                    Finish(i, ack);
                    break;
                case (PacketType.PubRec, DeliveryState.Sent) when qos == 2:
                    QueueRelease(i, countsAsInFlight: false);
                    break;
                case (PacketType.PubComp, DeliveryState.Released):
                    // The only failure, "packet identifier not found", means that the broker has already released the message.
                    Finish(i, ack with { Reason = default });
                    break;
                case (PacketType.PubRec, DeliveryState.Received or DeliveryState.Released):
                case (_, DeliveryState.ToResend):
                    UnexpectedAcks++;
                    break;
                default:
                    var type = ack.Type.ToString().ToUpperInvariant();
                    throw new LinkException($"the broker answered packet {ack.Id} of QoS {qos} with {type}, which is out of sequence");
            }
        }
    }

    private RefusedMessage GiveUp(int first)
    {
        var message = _messages!.Messages[first];
        var topic = PublishPacket.TopicOf(_messages.GetBytes(message.Start, message.Length).Span);
        ids.Release(_ids[first]);
        _inFlight--;
        for (var i = first; i < _count && _messages.Messages[i].Record == message.Record; i++)
        {
            if (i != first && _states[i] != DeliveryState.NotSent) continue;
            _states[i] = DeliveryState.Done;
            _unfinished--;
        }

        (_suspect, _closings) = (-1, 0);
        return new RefusedMessage(message.Record, default,
            $"the broker closed the connection {ClosingsUntilGivenUp} times in a row when it received only the message of "
            + $"{message.Length} bytes to {topic}: it refuses the topic or the length");
    }

    private bool IsSendable(int i) => _states[i] is DeliveryState.NotSent or DeliveryState.ToResend;

    private bool HasWindow(int i, int window) =>
        qos == 0 || (_inFlight < window && (_states[i] == DeliveryState.ToResend || ids.HasFree));

    private void Send(int i, in BufferedMessage message)
    {
        if (qos == 0)
        {
            _states[i] = DeliveryState.Done;
            _unfinished--;
            return;
        }

        var isResend = _states[i] == DeliveryState.ToResend;
        if (!isResend) _ids[i] = ids.Reserve(i);
        PublishPacket.Stamp(_messages!.GetBytes(message.Start, message.Length).Span, _ids[i], isResend);
        _states[i] = DeliveryState.Sent;
        _inFlight++;
    }

    private void QueueRelease(int i, bool countsAsInFlight)
    {
        if (countsAsInFlight) _inFlight++;
        _states[i] = DeliveryState.Received;
        _releases.Enqueue(_ids[i]);
    }

    private void Finish(int i, in AckPacket ack)
    {
        ids.Release(ack.Id);
        _inFlight--;
        _unfinished--;
        _states[i] = DeliveryState.Done;
        if (!ack.Reason.IsFailure) return;
        if (ack.Reason.Refusal != RefusalKind.Rejected) _states[i] = DeliveryState.RefusedForNow;
        _refusals.Add(new RefusedMessage(_messages!.Messages[i].Record, ack.Reason, ack.ReasonString));
    }

    private ReadOnlyMemory<byte> DequeueReleases()
    {
        var bytes = 0;
        while (bytes < _releaseBytes.Length && _releases.TryDequeue(out var id))
        {
            AckPacket.Write(_releaseBytes.AsSpan(bytes), PacketType.PubRel, id);
            bytes += AckPacket.SuccessLength;
            if (ids.TryFind(id, out var i)) _states[i] = DeliveryState.Released;
        }

        return _releaseBytes.AsMemory(0, bytes);
    }
}
