namespace PlantRuntime.Contracts;

/// <summary>
/// The switch of one device's trace, which <c>plant trace</c> turns on: while somebody listens, the driver reports each message that it
/// sends and receives. The host owns one per device, over all sessions. Thread-safe; while it is off, a report costs one null check.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class WireTrace(TimeProvider time)
{
    /// <summary>Receives each message on the driver's thread. A handler never waits and never throws.</summary>
    public event Action<WireMessage>? Recorded;

    /// <summary>True while somebody listens. Drivers that build a text for a report read it first.</summary>
    public bool IsOn => Recorded is not null;

    /// <summary>Creates the recorder of one connection or driver.</summary>
    /// <param name="describe">
    /// Returns what a message means, and hides its secrets with <see cref="WireMessage.Hide"/>. Called only while the trace is on. If it
    /// throws, the message counts as not understood; if the driver sent it, its bytes are not shown, because they may hold a secret.
    /// </param>
    public WireRecorder CreateRecorder(Func<WireMessage, string> describe) => new(this, time, describe);

    internal void Publish(WireMessage message) => Recorded?.Invoke(message);
}

/// <summary>
/// Reports the messages of one connection to the <see cref="WireTrace"/> of its device, and finds the request of each reply. Thread-safe.
/// </summary>
public sealed class WireRecorder
{
    // Requests without a reply that are remembered.
    private const int MaxPending = 256;

    private readonly WireTrace _trace;
    private readonly TimeProvider _time;
    private readonly Func<WireMessage, string> _describe;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (long SentAt, string Meaning)> _pending = [];

    internal WireRecorder(WireTrace trace, TimeProvider time, Func<WireMessage, string> describe) =>
        (_trace, _time, _describe) = (trace, time, describe);

    /// <summary>True while somebody listens.</summary>
    public bool IsOn => _trace.IsOn;

    /// <summary>Reports a message; does nothing while the trace is off. Never throws.</summary>
    /// <param name="isSent">True for a message to the device.</param>
    /// <param name="bytes">The whole message, before encryption; copied.</param>
    /// <param name="damage">Why the bytes are no message; null if they are one.</param>
    public void Record(bool isSent, ReadOnlySpan<byte> bytes, string? damage)
    {
        if (_trace.IsOn) Publish(new WireMessage(this, _time, isSent, bytes), damage);
    }

    /// <summary>Reports a request, reply or event of a driver that does not see its bytes; does nothing while the trace is off.</summary>
    /// <param name="isSent">True for a request to the device.</param>
    /// <param name="meaning">The text, without secrets.</param>
    /// <param name="key">Number that a request and its reply have in common; null for an event.</param>
    public void Note(bool isSent, string meaning, long? key)
    {
        if (!_trace.IsOn) return;
        var message = new WireMessage(this, _time, isSent, []);
        if (!isSent && key is { } answered) message.Answers(answered);
        if (isSent && key is { } asked) message.Asks(asked);
        Publish(message, meaning);
    }

    internal (TimeSpan Latency, string Meaning)? Match(long key)
    {
        lock (_gate)
            return _pending.Remove(key, out var request) ? (_time.GetElapsedTime(request.SentAt), request.Meaning) : null;
    }

    private void Publish(WireMessage message, string? text)
    {
        if (text is null)
        {
            try
            {
                message.Meaning = _describe(message);
            }
            catch (Exception exception)
            {
                if (message.IsSent) message.Hide(0, message.Length);
                message.Meaning = $"not understood: {WhyNot(exception)}";
            }
        }
        else
        {
            message.Meaning = message.Length == 0 ? text : $"not understood: {text}";
        }

        if (message is { IsSent: true, Key: { } key }) Remember(key, message.Meaning);
        _trace.Publish(message);
    }

    private void Remember(long key, string meaning)
    {
        lock (_gate)
        {
            if (_pending.Count >= MaxPending) _pending.Clear();
            _pending[key] = (_time.GetTimestamp(), meaning);
        }
    }

    private static string WhyNot(Exception exception)
    {
        if (exception is IndexOutOfRangeException or ArgumentException) return "the message ends too early";
        try
        {
            return exception.Message;
        }
        catch (Exception)
        {
            return exception.GetType().Name;
        }
    }
}

/// <summary>
/// A message that a driver sent or received. <see cref="WireRecorder"/> creates it and the describer completes it; immutable afterwards.
/// </summary>
public sealed class WireMessage
{
    /// <summary>Most bytes that are kept of a message.</summary>
    public const int MaxBytes = 65536;

    private readonly WireRecorder _recorder;
    private readonly byte[] _bytes;
    private readonly List<(int Start, int Count)> _hidden = [];

    internal WireMessage(WireRecorder recorder, TimeProvider time, bool isSent, ReadOnlySpan<byte> bytes)
    {
        (_recorder, Time, IsSent, Length) = (recorder, time.GetUtcNow().UtcDateTime, isSent, bytes.Length);
        _bytes = bytes[..Math.Min(bytes.Length, MaxBytes)].ToArray();
    }

    /// <summary>The time at which it was sent or received, in UTC.</summary>
    public DateTime Time { get; }

    /// <summary>True for a message to the device, false for one from it.</summary>
    public bool IsSent { get; }

    /// <summary>Length in bytes; 0 for an event, and for a message of a driver that does not see its bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes, at most <see cref="MaxBytes"/>; hidden ones are 0.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The ranges of hidden bytes.</summary>
    public IReadOnlyList<(int Start, int Count)> Hidden => _hidden;

    /// <summary>The meaning of the message, without secrets.</summary>
    public string Meaning { get; internal set; } = "";

    /// <summary>For a reply, the time since its request; null if the request was not traced.</summary>
    public TimeSpan? Latency { get; private set; }

    internal long? Key { get; private set; }

    /// <summary>Hides bytes for good: a password, token or key. Bytes beyond the end are ignored.</summary>
    public void Hide(int start, int count)
    {
        start = Math.Clamp(start, 0, _bytes.Length);
        count = Math.Clamp(count, 0, _bytes.Length - start);
        if (count == 0) return;
        _bytes.AsSpan(start, count).Clear();
        _hidden.Add((start, count));
    }

    /// <summary>Notes that the reply to this request will have this key.</summary>
    public void Asks(long key) => Key = key;

    /// <summary>Notes that this is the reply to the request with this key; returns what that request means, null if unknown.</summary>
    public string? Answers(long key)
    {
        if (_recorder.Match(key) is not { } request) return null;
        Latency = request.Latency;
        return request.Meaning;
    }
}
