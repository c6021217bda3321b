namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Knows when a connection has been silent for too long (MQTT 5.0, section 3.1.2.10): asks after half of the keep-alive time without a
/// packet in either direction, so that a half-open connection is found even by a client that only sends; and gives up when that
/// question, or messages, stay without any answer. No timer, no I/O. Safe to use from several threads.
/// </summary>
internal sealed class SilenceWatch(TimeProvider time, TimeSpan keepAlive, TimeSpan timeout)
{
    private const int LooksPerWait = 4;

    private readonly TimeSpan _askAfter = keepAlive / 2;
    private long _lastSent = time.GetTimestamp();
    private long _lastReceived = time.GetTimestamp();
    private long _lastProgress = time.GetTimestamp();
    private long? _asked;
    private readonly Lock _gate = new();

    /// <summary>How often to look.</summary>
    public TimeSpan Interval => (_askAfter < timeout ? _askAfter : timeout) / LooksPerWait;

    /// <summary>Messages were sent.</summary>
    public void Sent()
    {
        lock (_gate) _lastSent = _lastProgress = time.GetTimestamp();
    }

    /// <summary>A packet came in.</summary>
    /// <param name="isAnswer">It answers a message.</param>
    public void Received(bool isAnswer)
    {
        lock (_gate)
        {
            _lastReceived = time.GetTimestamp();
            _asked = null;
            if (isAnswer) _lastProgress = _lastReceived;
        }
    }

    /// <summary>What is to be done now.</summary>
    /// <param name="isWaiting">Messages are without an answer.</param>
    /// <param name="isListening">Somebody waits for packets; else they may be there unread, and their absence says nothing.</param>
    public WatchResult Look(bool isWaiting, bool isListening = true)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!isListening) (_lastReceived, _lastProgress, _asked) = (now, now, null);
            if (!isWaiting) _lastProgress = now;
            if (time.GetElapsedTime(_lastProgress, now) >= timeout) return WatchResult.Dead;
            if (_asked is { } asked) return time.GetElapsedTime(asked, now) >= timeout ? WatchResult.Dead : WatchResult.Fine;
            if (time.GetElapsedTime(Math.Min(_lastSent, _lastReceived), now) < _askAfter) return WatchResult.Fine;
            _asked = _lastSent = now;
            return WatchResult.Ask;
        }
    }
}
