using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Delivery;

/// <summary>
/// Where recipes put records for one sink. Its batch is exchanged for an empty one when it is to be stored. Bounded: what does not fit is
/// refused, and counted by the caller.
/// </summary>
internal sealed class Inbox(int fullRecords, long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private RecordBatch _filling = new();

    /// <summary>Called when a batch is worth storing at once.</summary>
    public Action? Full { get; set; }

    public int Count
    {
        get
        {
            lock (_gate) return _filling.Count;
        }
    }

    public bool IsFull => Count >= fullRecords;

    /// <returns>False when it does not fit.</returns>
    public bool TryAdd(DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        int count;
        lock (_gate)
        {
            if (_filling.ByteCount >= maxBytes) return false;
            if (json.IsEmpty) _filling.Add(time, device, samples);
            else _filling.Add(time, device, json);
            count = _filling.Count;
        }

        if (count == 1) _wake.Release();
        if (count == fullRecords) Full?.Invoke();
        return true;
    }

    /// <summary>Waits until there is something, or for <see cref="Wake"/>; it may also return early.</summary>
    public Task WaitAsync() => _wake.WaitAsync();

    public void Wake() => _wake.Release();

    /// <summary>Takes what is there and leaves an empty batch in its place.</summary>
    public RecordBatch Take(RecordBatch empty)
    {
        lock (_gate)
        {
            var taken = _filling;
            _filling = empty;
            return taken;
        }
    }
}
