using PlantRuntime.Contracts;

namespace PlantRuntime.Testing.Records;

/// <summary>
/// Stores records in reused chunks: added at the end, removed at the front. Above its limits it discards the oldest chunk. Not thread-safe.
/// Belongs to one <see cref="RecordList"/>.
/// </summary>
internal sealed class RecordStore(int maxRecords, long maxBytes)
{
    private const int ChunkLength = 256;
    private readonly List<RecordBatch> _chunks = [new()];
    private RecordBatch? _spare;
    private long _bytes;
    private int _first;

    public int Count { get; private set; }

    /// <summary>Record <paramref name="index"/>, from 0, the oldest. Its memory belongs to the store.</summary>
    public Record this[int index] => _chunks[(_first + index) / ChunkLength][(_first + index) % ChunkLength];

    /// <summary>Adds the samples of a scan, or a payload when there are none.</summary>
    /// <returns>Number of old records that were discarded.</returns>
    public int Add(DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (_chunks[^1].Count == ChunkLength) _chunks.Add(Interlocked.Exchange(ref _spare, null) ?? new RecordBatch());
        var chunk = _chunks[^1];
        var before = chunk.ByteCount;
        if (json.IsEmpty) chunk.Add(time, device, samples);
        else chunk.Add(time, device, json);
        _bytes += chunk.ByteCount - before;
        Count++;
        var gone = 0;
        while (_chunks.Count > 1 && (Count > maxRecords || _bytes > maxBytes))
        {
            var oldest = ChunkLength - _first;
            RemoveFirst(oldest);
            gone += oldest;
        }

        return gone;
    }

    /// <summary>Removes the oldest <paramref name="count"/> records, at most <see cref="Count"/>.</summary>
    public void RemoveFirst(int count)
    {
        _first += count;
        Count -= count;
        while (_chunks.Count > 1 && _first >= ChunkLength)
        {
            Recycle(_chunks[0]);
            _chunks.RemoveAt(0);
            _first -= ChunkLength;
        }

        if (Count == 0) Clear();
    }

    public void Clear()
    {
        if (_chunks.Count > 1) _chunks.RemoveRange(1, _chunks.Count - 1);
        _chunks[0].Clear();
        (_first, Count, _bytes) = (0, 0, 0);
    }

    private void Recycle(RecordBatch chunk)
    {
        _bytes -= chunk.ByteCount;
        chunk.Clear();
        _spare = chunk;
    }
}
