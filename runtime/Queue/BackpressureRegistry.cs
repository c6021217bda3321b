using System.Collections.Frozen;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Holds the fill level and limits of each sink's queue, by the sink's name. Owned by one <see cref="DiskQueue"/>. Any thread may read
/// without a lock, because the dictionary is replaced as a whole; <see cref="Apply"/> is called one at a time, by a reload of the site.
/// </summary>
internal sealed class BackpressureRegistry(IReadOnlyDictionary<string, QueueLimits> options)
{
    private volatile FrozenDictionary<string, Backpressure> _bySink =
        options.ToFrozenDictionary(o => o.Key, o => new Backpressure(o.Value), StringComparer.Ordinal);

    /// <summary>The current dictionary, which does not change any more.</summary>
    public FrozenDictionary<string, Backpressure> All => _bySink;

    /// <summary>Returns the fill level of a sink; null if the sink has no queue.</summary>
    public Backpressure? Find(string sink) => _bySink.GetValueOrDefault(sink);

    /// <summary>
    /// Applies new limits from site.toml. Waiting records stay; sinks that the site no longer has get the default limits.
    /// </summary>
    public void Apply(IReadOnlyDictionary<string, QueueLimits> options)
    {
        foreach (var (sink, load) in _bySink) load.Limits = options.GetValueOrDefault(sink) ?? new QueueLimits();
        _bySink = options.ToFrozenDictionary(o => o.Key, o => Find(o.Key) ?? new Backpressure(o.Value), StringComparer.Ordinal);
    }

    /// <summary>
    /// Sets the limits of each sink's cursor in the store; the defaults for a sink that the site no longer has. Runs on the queue thread.
    /// </summary>
    public void ApplyTo(QueueStore store)
    {
        foreach (var sink in _bySink.Keys) store.State.CursorOf(sink);
        foreach (var cursor in store.State.Cursors) cursor.Limits = Find(cursor.Sink)?.Limits ?? new QueueLimits();
    }
}
