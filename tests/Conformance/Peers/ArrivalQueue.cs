using System.Collections.Concurrent;
using System.Threading.Channels;

namespace PlantRuntime.Conformance.Peers;

/// <summary>The requests that arrived at a scripted peer. The peer's thread adds them; tests wait for them, or take all at once.</summary>
/// <typeparam name="T">The peer's requests.</typeparam>
public sealed class ArrivalQueue<T>
{
    private readonly ConcurrentQueue<T> _arrived = new();
    private readonly Channel<T> _handled = Channel.CreateUnbounded<T>();

    /// <summary>Adds a request and handles it. It is there before it is answered, so that a test that has the answer finds it.</summary>
    public void Add(T request, Action handle)
    {
        _arrived.Enqueue(request);
        handle();
        _handled.Writer.TryWrite(request);
    }

    /// <summary>Waits for the next request that was handled and that no test has waited for.</summary>
    public ValueTask<T> NextAsync() => _handled.Reader.ReadAsync();

    /// <summary>Returns all requests since the last call of this; no test waits for them any more.</summary>
    public List<T> Drain()
    {
        while (_handled.Reader.TryRead(out _))
        {
        }

        var arrived = new List<T>();
        while (_arrived.TryDequeue(out var request)) arrived.Add(request);
        return arrived;
    }
}
