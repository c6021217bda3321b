namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Decides when to send a ping and when a connection is dead (MQTT 5.0, section 3.1.2.10). A ping is due when one direction was silent for
/// half of the keep-alive time, so that a client that only sends also detects a half-open connection. The connection is dead when a ping,
/// or the messages that were sent, get no answer within the timeout. One <see cref="MonitoredConnection"/> owns it and calls it from its
/// timer, senders and receiver; all members are thread-safe. It has no timer and performs no I/O.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="keepAlive">The keep-alive time of the connection.</param>
/// <param name="timeout">Longest wait for an answer.</param>
internal sealed class KeepAliveMonitor(TimeProvider time, TimeSpan keepAlive, TimeSpan timeout)
{
    private const int PollsPerTimeout = 4;

    private readonly TimeSpan _pingAfter = keepAlive / 2;
    private long _lastSent = time.GetTimestamp();
    private long _lastReceived = time.GetTimestamp();
    private long _lastAnswer = time.GetTimestamp();
    private long? _pingSentAt;
    private readonly Lock _gate = new();

    /// <summary>Interval at which <see cref="Poll"/> is to be called.</summary>
    public TimeSpan Interval => (_pingAfter < timeout ? _pingAfter : timeout) / PollsPerTimeout;

    /// <summary>Notes that messages were sent.</summary>
    public void OnSent()
    {
        lock (_gate) _lastSent = _lastAnswer = time.GetTimestamp();
    }

    /// <summary>Notes that a packet was received.</summary>
    /// <param name="isAnswer">True when the packet acknowledges a message.</param>
    public void OnReceived(bool isAnswer)
    {
        lock (_gate)
        {
            _lastReceived = time.GetTimestamp();
            _pingSentAt = null;
            if (isAnswer) _lastAnswer = _lastReceived;
        }
    }

    /// <summary>Returns the next keep-alive step.</summary>
    /// <param name="isAwaitingAnswer">True while messages are unacknowledged.</param>
    /// <param name="isReading">True while packets are read. Otherwise they may be waiting unread, and silence proves nothing.</param>
    public KeepAliveAction Poll(bool isAwaitingAnswer, bool isReading = true)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!isReading) (_lastReceived, _lastAnswer, _pingSentAt) = (now, now, null);
            if (!isAwaitingAnswer) _lastAnswer = now;
            if (time.GetElapsedTime(_lastAnswer, now) >= timeout) return KeepAliveAction.Close;
            if (_pingSentAt is { } sentAt)
                return time.GetElapsedTime(sentAt, now) >= timeout ? KeepAliveAction.Close : KeepAliveAction.None;
            if (time.GetElapsedTime(Math.Min(_lastSent, _lastReceived), now) < _pingAfter) return KeepAliveAction.None;
            _pingSentAt = _lastSent = now;
            return KeepAliveAction.SendPing;
        }
    }
}

/// <summary>The next keep-alive step: none, send a ping, or close the connection.</summary>
internal enum KeepAliveAction
{
    /// <summary>No step is due.</summary>
    None,

    /// <summary>PINGREQ has to be sent.</summary>
    SendPing,

    /// <summary>The broker does not answer: the connection has to be closed.</summary>
    Close,
}
