using System.Runtime.InteropServices;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Tracks the received messages and the acknowledgements to send (MQTT 5.0, sections 4.3, 4.4 and 4.6). A message is acknowledged after the
/// host has stored its scan, and acknowledgements keep the order of the messages. <see cref="MqttDriver"/> owns it; it outlives
/// connections, so that a resumed session knows which messages of QoS 2 are stored. Messages are added within ReadAsync, one call at a
/// time; the host may acknowledge scans meanwhile on another thread. Thread-safe: it locks internally. It performs no I/O.
/// </summary>
/// <param name="receiveMaximum">Messages of QoS 1 and 2 that may be unacknowledged.</param>
internal sealed class IncomingAcks(int receiveMaximum)
{
    // Acknowledgements of 4 bytes in one send: 1 KiB.
    private const int MaxAcksPerSend = 256;

    private readonly Lock _gate = new();
    private readonly Queue<UnstoredMessage> _unstored = new();
    private readonly HashSet<ushort> _unstoredIds = [];
    private readonly HashSet<ushort> _storedIds = [];
    private readonly Queue<(PacketType Type, ushort Id)> _acks = new();
    private readonly byte[] _bytes = new byte[MaxAcksPerSend * AckPacket.SuccessLength];
    private long _scans;
    private long _acknowledged;

    /// <summary>True when acknowledgements are waiting to be sent.</summary>
    public bool HasAcks
    {
        get { lock (_gate) return _acks.Count > 0; }
    }

    /// <summary>True when as many messages are unacknowledged as the receive maximum allows: the next one must not be read yet.</summary>
    public bool IsFull
    {
        get { lock (_gate) return _unstored.Count >= receiveMaximum; }
    }

    /// <summary>
    /// Prepares for a new connection. The broker sends unstored messages again. Stored messages of QoS 2 stay known if it kept the session.
    /// </summary>
    public void Resume(bool sessionPresent)
    {
        lock (_gate)
        {
            _unstored.Clear();
            _unstoredIds.Clear();
            _acks.Clear();
            (_scans, _acknowledged) = (0, 0);
            if (!sessionPresent) _storedIds.Clear();
        }
    }

    /// <summary>Returns false for a message that was received before and must not be read again.</summary>
    /// <exception cref="LinkException">The broker violates the protocol.</exception>
    public bool IsNew(in ReceivedMessage message)
    {
        if (message.QoS == 0) return true;
        lock (_gate)
        {
            if (message.QoS == 2 && _storedIds.Contains(message.Id))
            {
                _acks.Enqueue((PacketType.PubRec, message.Id));
                return false;
            }

            if (!_unstoredIds.Contains(message.Id)) return true;
            return message.IsDuplicate ? false
                : throw new LinkException($"the broker sent packet id {message.Id} for two messages at a time");
        }
    }

    /// <summary>Adds a message that was read.</summary>
    /// <param name="message">A new message.</param>
    /// <param name="scans">
    /// Number of scans in the message, which is acknowledged when all of them are stored. 0 when it changed no tag: it is acknowledged
    /// after the messages before it.
    /// </param>
    public void Add(in ReceivedMessage message, int scans)
    {
        lock (_gate)
        {
            _scans += scans;
            if (message.QoS == 0) return;
            _unstoredIds.Add(message.Id);
            _unstored.Enqueue(new UnstoredMessage(message.Id, message.QoS, _scans));
            QueueStored();
        }
    }

    /// <summary>
    /// Notes that the first <paramref name="scans"/> scans since <see cref="Resume"/> are durably stored. Called by the host.
    /// </summary>
    public void Acknowledge(long scans)
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(scans, _scans);
            _acknowledged = Math.Max(_acknowledged, scans);
            QueueStored();
        }
    }

    /// <summary>Handles PUBREL: the broker will not send the message again.</summary>
    public void Release(ushort id)
    {
        lock (_gate)
        {
            _storedIds.Remove(id);
            _acks.Enqueue((PacketType.PubComp, id));
        }
    }

    /// <summary>Returns the next acknowledgements to send, valid until the next call; empty when there are none.</summary>
    public ReadOnlyMemory<byte> DequeueBytes()
    {
        lock (_gate)
        {
            var length = 0;
            for (; length < _bytes.Length && _acks.TryDequeue(out var answer); length += AckPacket.SuccessLength)
                AckPacket.Write(_bytes.AsSpan(length), answer.Type, answer.Id);
            return _bytes.AsMemory(0, length);
        }
    }

    private void QueueStored()
    {
        while (_unstored.TryPeek(out var first) && first.Scans <= _acknowledged)
        {
            _unstored.Dequeue();
            _unstoredIds.Remove(first.Id);
            if (first.QoS == 2) _storedIds.Add(first.Id);
            _acks.Enqueue((first.QoS == 1 ? PacketType.PubAck : PacketType.PubRec, first.Id));
        }
    }

    /// <summary>A received message that is not acknowledged yet.</summary>
    /// <param name="Id">Packet id.</param>
    /// <param name="QoS">1 or 2.</param>
    /// <param name="Scans">Number of scans that have to be stored before the message is acknowledged.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct UnstoredMessage(ushort Id, int QoS, long Scans);
}
