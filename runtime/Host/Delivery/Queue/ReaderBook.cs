namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>The sinks' ways through the queue that are open now, one a sink.</summary>
internal sealed class ReaderBook
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LaneReader> _readers = new(StringComparer.Ordinal);

    /// <summary>Opens one; an earlier one of the sink is closed.</summary>
    public void Open(LaneReader reader)
    {
        lock (_gate)
        {
            if (_readers.TryGetValue(reader.Sink, out var old)) old.Close();
            _readers[reader.Sink] = reader;
        }
    }

    public LaneReader? Find(string sink)
    {
        lock (_gate) return _readers.GetValueOrDefault(sink);
    }

    /// <summary>Those whose session wants rows.</summary>
    public LaneReader[] Waiting()
    {
        lock (_gate) return [.. _readers.Values.Where(r => r.IsWaiting)];
    }

    public void Close()
    {
        lock (_gate)
        {
            foreach (var reader in _readers.Values) reader.Close();
        }
    }
}
