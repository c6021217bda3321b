using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>
/// Records on their way from recipes to the queue's file, as the bytes that they will be stored in. Bounded: what does not fit, because the
/// disk is full or too slow, is counted.
/// </summary>
internal sealed class RecordBuffer(TimeProvider time, Action wake)
{
    public const int FullRecords = 500;
    public const int FullBytes = 256 << 10;
    public const long MaxBytes = 32 << 20;
    private readonly Lock _gate = new();
    private readonly BatchEncoder _filling = new();
    private readonly Queue<EncodedBatch> _full = new();
    private readonly Dictionary<RouteSet, int> _dropped = new(ReferenceEqualityComparer.Instance);
    private long _fullBytes;
    private int _isFlushing;

    /// <summary>Records taken so far.</summary>
    public long Added { get; private set; }

    /// <summary>When the batch that is being filled got its first record; null when it is empty.</summary>
    public long? FillingSince { get; private set; }

    public bool HasFull
    {
        get
        {
            lock (_gate) return _full.Count > 0;
        }
    }

    public long Bytes
    {
        get
        {
            lock (_gate) return _fullBytes + _filling.ByteCount;
        }
    }

    /// <returns>False when it did not fit and was dropped.</returns>
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
            if (isNews) FillingSince = time.GetTimestamp();
            if (_filling.Count >= FullRecords || _filling.ByteCount >= FullBytes)
            {
                Seal();
                isNews = true;
            }
        }

        if (isNews) wake();
        return true;
    }

    /// <summary>The batch that is being filled is to be stored as it is.</summary>
    public void Flush() => Interlocked.Exchange(ref _isFlushing, 1);

    /// <summary>True when <see cref="Flush"/> was called since the last time.</summary>
    public bool TakeFlush() => Interlocked.Exchange(ref _isFlushing, 0) == 1;

    /// <summary>
    /// Batches to be stored now, up to about <paramref name="maxBytes"/>; with <paramref name="all"/> the one that is being filled, too.
    /// </summary>
    public void Take(List<EncodedBatch> batches, bool all, long maxBytes)
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

    /// <summary>What did not fit since the last call.</summary>
    public IReadOnlyList<(RouteSet Routes, int Records)> TakeDropped()
    {
        lock (_gate)
        {
            if (_dropped.Count == 0) return [];
            (RouteSet, int)[] dropped = [.. _dropped.Select(d => (d.Key, d.Value))];
            _dropped.Clear();
            return dropped;
        }
    }

    private void Seal()
    {
        var batch = _filling.Take();
        _full.Enqueue(batch);
        _fullBytes += batch.Bytes.Length;
        FillingSince = null;
    }
}
