using PlantRuntime.Plugins.Mqtt.Messages;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// The messages of one batch on their way: what to send next, and what answers mean (MQTT 5.0, sections 4.3, 4.4 and 4.9). Outlives
/// connections, so that a resumed session goes on where the last one broke. No I/O. One sender; answers may come on another thread.
/// </summary>
/// <param name="qos">Quality of service of all messages.</param>
/// <param name="ids">The packet ids.</param>
internal sealed class Delivery(int qos, PacketIds ids)
{
    private const int MostBytesAtOnce = 64 << 10;
    private const int MostReleasesAtOnce = 256;

    private readonly Lock _gate = new();
    private readonly Queue<ushort> _releases = new();
    private readonly byte[] _releaseBytes = new byte[MostReleasesAtOnce * Ack.Bytes];
    private readonly List<Refusal> _refusals = [];
    private MessageState[] _states = [];
    private ushort[] _ids = [];
    private MessageBuffer? _messages;
    private int _count;
    private int _cursor;
    private int _inFlight;
    private int _open;

    /// <summary>Answers to nothing that waits for one.</summary>
    public long Strays { get; private set; }

    /// <summary>Messages whose answer is awaited.</summary>
    public int InFlight
    {
        get { lock (_gate) return _inFlight; }
    }

    /// <summary>True when every message has got its answer.</summary>
    public bool IsFinished
    {
        get { lock (_gate) return _open == 0; }
    }

    /// <summary>True when nothing is left to send before more answers come.</summary>
    public bool IsAllSent
    {
        get { lock (_gate) return _open > 0 && _cursor == _count && _releases.Count == 0; }
    }

    /// <summary>The messages that were not taken, once <see cref="IsFinished"/>.</summary>
    public IReadOnlyList<Refusal> Refusals => _refusals;

    /// <summary>Begins with the messages of a batch; the earlier ones are finished.</summary>
    public void Begin(MessageBuffer messages)
    {
        lock (_gate)
        {
            _messages = messages;
            _count = messages.Messages.Length;
            if (_states.Length < _count) (_states, _ids) = (new MessageState[_count], new ushort[_count]);
            Array.Clear(_states, 0, _count);
            _refusals.Clear();
            (_cursor, _open) = (0, _count);
        }
    }

    /// <summary>Another try of the same batch: what was refused for now is sent again.</summary>
    public void Retry()
    {
        lock (_gate)
        {
            _refusals.RemoveAll(r => r.Reason.Refusal != RefusalKind.Rejected);
            for (var i = 0; i < _count; i++)
            {
                if (_states[i] != MessageState.Refused) continue;
                _states[i] = MessageState.Waiting;
                _open++;
                _cursor = Math.Min(_cursor, i);
            }
        }
    }

    /// <summary>Sends nothing that has not been sent; what is on its way is still finished, since its ids are in use.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            for (var i = 0; i < _count; i++)
            {
                if (_states[i] != MessageState.Waiting) continue;
                _states[i] = MessageState.Done;
                _open--;
            }
        }
    }

    /// <summary>
    /// A new connection. When the broker kept the session, what was on its way is sent again in its order, marked as such and under the
    /// same ids (section 4.4); otherwise it is sent as new.
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
                if (_states[i] is MessageState.Waiting or MessageState.Done or MessageState.Refused) continue;
                if (!sessionPresent) _states[i] = MessageState.Waiting;
                else if (_states[i] is MessageState.Held or MessageState.Released) Hold(i, countAgain: true);
                else _states[i] = MessageState.Again;
            }
        }
    }

    /// <summary>The next bytes to send, at most as many messages as the window allows; empty when answers have to come first.</summary>
    public ReadOnlyMemory<byte> Next(int window)
    {
        lock (_gate)
        {
            if (_releases.Count > 0) return NextReleases();
            while (_cursor < _count && !IsToSend(_cursor)) _cursor++;
            var first = _cursor;
            var bytes = 0;
            while (_cursor < _count && IsToSend(_cursor) && HasRoom(_cursor, window))
            {
                var message = _messages!.Messages[_cursor];
                if (bytes > 0 && bytes + message.Length > MostBytesAtOnce) break;
                bytes += message.Length;
                Send(_cursor++, message);
            }

            return bytes == 0 ? default : _messages!.Packets(_messages.Messages[first].Start, bytes);
        }
    }

    /// <summary>Takes an answer.</summary>
    /// <exception cref="LinkException">The broker is out of step.</exception>
    public void Answer(in Ack ack)
    {
        lock (_gate)
        {
            if (!ids.TryFind(ack.Id, out var i))
            {
                Strays++;
                return;
            }

            switch (ack.Type, _states[i])
            {
                case (PacketType.PubAck, MessageState.Sent) when qos == 1:
                case (PacketType.PubRec, MessageState.Sent) when qos == 2 && ack.Reason.IsFailure:
                    Finish(i, ack);
                    break;
                case (PacketType.PubRec, MessageState.Sent) when qos == 2:
                    Hold(i, countAgain: false);
                    break;
                case (PacketType.PubComp, MessageState.Released):
                    // Its only failure, "packet identifier not found", means that the broker has released the message already.
                    Finish(i, ack with { Reason = default });
                    break;
                case (PacketType.PubRec, MessageState.Held or MessageState.Released):
                case (_, MessageState.Again):
                    Strays++;
                    break;
                default:
                    var type = ack.Type.ToString().ToUpperInvariant();
                    throw new LinkException($"the broker answered packet {ack.Id} of QoS {qos} with {type}, which is not its turn");
            }
        }
    }

    private bool IsToSend(int i) => _states[i] is MessageState.Waiting or MessageState.Again;

    private bool HasRoom(int i, int window) =>
        qos == 0 || (_inFlight < window && (_states[i] == MessageState.Again || ids.HasFree));

    private void Send(int i, in Message message)
    {
        if (qos == 0)
        {
            _states[i] = MessageState.Done;
            _open--;
            return;
        }

        var isAgain = _states[i] == MessageState.Again;
        if (!isAgain) _ids[i] = ids.Issue(i);
        Publish.Stamp(_messages!.Packets(message.Start, message.Length).Span, _ids[i], isAgain);
        _states[i] = MessageState.Sent;
        _inFlight++;
    }

    private void Hold(int i, bool countAgain)
    {
        if (countAgain) _inFlight++;
        _states[i] = MessageState.Held;
        _releases.Enqueue(_ids[i]);
    }

    private void Finish(int i, in Ack ack)
    {
        ids.Release(ack.Id);
        _inFlight--;
        _open--;
        _states[i] = MessageState.Done;
        if (!ack.Reason.IsFailure) return;
        if (ack.Reason.Refusal != RefusalKind.Rejected) _states[i] = MessageState.Refused;
        _refusals.Add(new Refusal(_messages!.Messages[i].Record, ack.Reason, ack.Words));
    }

    private ReadOnlyMemory<byte> NextReleases()
    {
        var bytes = 0;
        while (bytes < _releaseBytes.Length && _releases.TryDequeue(out var id))
        {
            Ack.Write(_releaseBytes.AsSpan(bytes), PacketType.PubRel, id);
            bytes += Ack.Bytes;
            if (ids.TryFind(id, out var i)) _states[i] = MessageState.Released;
        }

        return _releaseBytes.AsMemory(0, bytes);
    }
}
