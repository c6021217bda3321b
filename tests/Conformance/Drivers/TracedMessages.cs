using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

/// <summary>Collects the messages of a trace. Thread-safe.</summary>
public sealed class TracedMessages
{
    private readonly WireTrace _trace;
    private readonly List<WireMessage> _messages = [];

    /// <summary>Listens from now on.</summary>
    public TracedMessages(WireTrace trace)
    {
        _trace = trace;
        trace.Recorded += Add;
    }

    /// <summary>The messages so far.</summary>
    public IReadOnlyList<WireMessage> All
    {
        get
        {
            lock (_messages) return [.. _messages];
        }
    }

    /// <summary>The messages so far, one a line: direction and meaning.</summary>
    public IReadOnlyList<string> Lines => [.. All.Select(m => $"{(m.IsSent ? '>' : '<')} {m.Meaning}")];

    /// <summary>True if the bytes of a message contain this text.</summary>
    public bool HasBytes(string text) => All.Any(m => m.Bytes.IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0);

    /// <summary>Stops listening.</summary>
    public void End() => _trace.Recorded -= Add;

    private void Add(WireMessage message)
    {
        lock (_messages) _messages.Add(message);
    }
}
