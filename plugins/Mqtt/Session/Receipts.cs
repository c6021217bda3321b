using System.Runtime.InteropServices;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// The messages that came in and what the broker is to be told of them (MQTT 5.0, sections 4.3, 4.4 and 4.6): nothing until they are
/// stored, then in their order. Outlives connections, so that a resumed session knows what it has stored of QoS 2. No I/O. Messages come
/// on one thread; acknowledgements may come on another.
/// </summary>
/// <param name="receiveMaximum">Messages of QoS 1 and 2 that may wait to be stored.</param>
internal sealed class Receipts(int receiveMaximum)
{
    private const int MostAnswersAtOnce = 256;

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly HashSet<ushort> _waitingIds = [];
    private readonly HashSet<ushort> _stored = [];
    private readonly Queue<(PacketType Type, ushort Id)> _answers = new();
    private readonly byte[] _bytes = new byte[MostAnswersAtOnce * Ack.Bytes];
    private long _scans;
    private long _acknowledged;

    /// <summary>True when the broker is to be told something.</summary>
    public bool HasAnswers
    {
        get { lock (_gate) return _answers.Count > 0; }
    }

    /// <summary>A new connection: what was not stored comes again, and of QoS 2 what was stored is known while the session lasts.</summary>
    public void Resume(bool sessionPresent)
    {
        lock (_gate)
        {
            _waiting.Clear();
            _waitingIds.Clear();
            _answers.Clear();
            (_scans, _acknowledged) = (0, 0);
            if (!sessionPresent) _stored.Clear();
        }
    }

    /// <summary>Whether a message is a new one; one that came before is not to be read again.</summary>
    /// <exception cref="LinkException">The broker is out of step.</exception>
    public bool IsNew(in ReceivedMessage message)
    {
        if (message.QoS == 0) return true;
        lock (_gate)
        {
            if (message.QoS == 2 && _stored.Contains(message.Id))
            {
                _answers.Enqueue((PacketType.PubRec, message.Id));
                return false;
            }

            if (_waitingIds.Contains(message.Id))
            {
                return message.IsDuplicate ? false
                    : throw new LinkException($"the broker sent packet id {message.Id} for two messages at a time");
            }

            return _waiting.Count < receiveMaximum ? true
                : throw new LinkException($"the broker sent more than the {receiveMaximum} messages that may wait for an answer");
        }
    }

    /// <summary>A message was read.</summary>
    /// <param name="message">A new one.</param>
    /// <param name="isScan">False when it brought nothing: it is as good as stored once those before it are.</param>
    public void Read(in ReceivedMessage message, bool isScan)
    {
        lock (_gate)
        {
            if (isScan) _scans++;
            if (message.QoS == 0) return;
            _waitingIds.Add(message.Id);
            _waiting.Enqueue(new Waiting(message.Id, message.QoS, _scans));
            Settle();
        }
    }

    /// <summary>The first <paramref name="scans"/> scans since <see cref="Resume"/> are stored for good.</summary>
    public void Acknowledge(long scans)
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(scans, _scans);
            _acknowledged = Math.Max(_acknowledged, scans);
            Settle();
        }
    }

    /// <summary>PUBREL: the broker will not send the message again.</summary>
    public void Release(ushort id)
    {
        lock (_gate)
        {
            _stored.Remove(id);
            _answers.Enqueue((PacketType.PubComp, id));
        }
    }

    /// <summary>The next bytes to send, valid until the next call; empty when there is nothing to say.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        lock (_gate)
        {
            var length = 0;
            for (; length < _bytes.Length && _answers.TryDequeue(out var answer); length += Ack.Bytes)
                Ack.Write(_bytes.AsSpan(length), answer.Type, answer.Id);
            return _bytes.AsMemory(0, length);
        }
    }

    private void Settle()
    {
        while (_waiting.TryPeek(out var first) && first.Scans <= _acknowledged)
        {
            _waiting.Dequeue();
            _waitingIds.Remove(first.Id);
            if (first.QoS == 2) _stored.Add(first.Id);
            _answers.Enqueue((first.QoS == 1 ? PacketType.PubAck : PacketType.PubRec, first.Id));
        }
    }

    /// <param name="Id">Packet id.</param>
    /// <param name="QoS">1 or 2.</param>
    /// <param name="Scans">Scans that have to be stored before it is answered.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Waiting(ushort Id, int QoS, long Scans);
}
