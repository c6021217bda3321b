using PlantRuntime.Contracts;
using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue;

/// <summary>
/// Holds records between recipes and the queue's file, already encoded as they will be stored. Owned by one <see cref="DiskQueue"/>. Recipe
/// threads call <see cref="Add"/> and <see cref="Flush"/>; the queue thread takes batches. Locks internally. Limited to 32 MB: records that
/// do not fit, because the disk is full or too slow, are dropped and counted. Never blocks on I/O; never logs.
/// </summary>
internal sealed class RecordBuffer(Action wake)
{
    /// <summary>A batch is complete at this number of records.</summary>
    public const int FullRecords = 500;

    /// <summary>A batch is complete at this number of bytes.</summary>
    public const int FullBytes = 256 << 10;

    /// <summary>The largest number of bytes in memory, complete and incomplete batches together.</summary>
    public const long MaxBytes = 32 << 20;

    private readonly Lock _gate = new();
    private readonly BatchEncoder _filling = new();
    private readonly Queue<EncodedBatch> _full = new();
    private readonly Dictionary<RouteSet, int> _dropped = new(ReferenceEqualityComparer.Instance);
    private long _fullBytes;
    private int _isFlushing;

    /// <summary>The number of records accepted since the start.</summary>
    public long Added { get; private set; }

    /// <summary>True if the incomplete batch has records.</summary>
    public bool IsFilling { get; private set; }

    /// <summary>True if a complete batch waits.</summary>
    public bool HasFull
    {
        get
        {
            lock (_gate) return _full.Count > 0;
        }
    }

    /// <summary>The number of bytes in memory.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _fullBytes + _filling.ByteCount;
        }
    }

    /// <summary>
    /// Encodes a record into the incomplete batch; ignores one without samples and payload. Wakes the queue thread for the first record of
    /// a batch and for a complete batch.
    /// </summary>
    /// <returns>False if the record did not fit and was dropped.</returns>
    public bool Add(RouteSet routes, DateTime at, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (samples.IsEmpty && json.IsEmpty) return true;
        bool isNews;
        lock (_gate)
        {
            if (_fullBytes + _filling.ByteCount >= MaxBytes)
            {
                _dropped[routes] = _dropped.GetValueOrDefault(routes) + 1;
                return false;
            }

            _filling.Add(routes, at, device, samples, json);
            Added++;
            isNews = _filling.Count == 1;
            IsFilling = true;
            if (_filling.Count >= FullRecords || _filling.ByteCount >= FullBytes)
            {
                Seal();
                isNews = true;
            }
        }

        if (isNews) wake();
        return true;
    }

    /// <summary>Requests that the incomplete batch is stored without waiting for more records. Does not wake the queue thread.</summary>
    public void Flush() => Interlocked.Exchange(ref _isFlushing, 1);

    /// <summary>True if <see cref="Flush"/> was called since the last call. Called on the queue thread.</summary>
    public bool ConsumeFlush() => Interlocked.Exchange(ref _isFlushing, 0) == 1;

    /// <summary>
    /// Moves complete batches of about <paramref name="maxBytes"/> to <paramref name="batches"/>; with <paramref name="all"/> also the
    /// incomplete one. Called on the queue thread.
    /// </summary>
    public void Dequeue(List<EncodedBatch> batches, bool all, long maxBytes)
    {
        lock (_gate)
        {
            if (all && _filling.Count > 0) Seal();
            for (var bytes = 0L; bytes < maxBytes && _full.TryDequeue(out var batch); bytes += batch.Bytes.Length)
            {
                _fullBytes -= batch.Bytes.Length;
                batches.Add(batch);
            }
        }
    }

    /// <summary>Returns and forgets the numbers of records dropped since the last call. Called on the queue thread.</summary>
    public IReadOnlyList<(RouteSet Routes, int Records)> DrainDropped()
    {
        lock (_gate)
        {
            if (_dropped.Count == 0) return [];
            (RouteSet, int)[] dropped = [.. _dropped.Select(d => (d.Key, d.Value))];
            _dropped.Clear();
            return dropped;
        }
    }

    /// <summary>Returns the number of records in the buffer, by route and batch.</summary>
    public IReadOnlyList<(RouteSet Route, long Records)> Waiting()
    {
        lock (_gate) return [.. _full.SelectMany(b => b.Routes).Concat(_filling.Routes).Select(r => (r.Route, (long)r.Records))];
    }

    private void Seal()
    {
        var batch = _filling.Complete();
        _full.Enqueue(batch);
        _fullBytes += batch.Bytes.Length;
        IsFilling = false;
    }
}
