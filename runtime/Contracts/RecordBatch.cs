using System.Runtime.InteropServices;

namespace PlantRuntime.Contracts;

/// <summary>
/// A batch of records for a sink, in order. The host fills and reuses it; a sink only reads it. Not thread-safe. Adding allocates nothing
/// once the batch has reached its working size.
/// </summary>
public sealed class RecordBatch
{
    private readonly List<Entry> _entries = [];
    private Sample[] _samples = [];
    private byte[] _json = [];
    private int _sampleCount;
    private int _jsonLength;
    private Guid _queue;
    private long _number;
    private int _index;

    /// <summary>The queue of <see cref="RecordId"/>, the same for all records.</summary>
    public Guid Queue
    {
        get => _queue;
        set
        {
            ThrowIfSealed();
            _queue = value;
        }
    }

    /// <summary>
    /// Batch number of the records that are added next; setting it restarts their indexes at 0. A batch can contain records of several
    /// batches of the queue: use <see cref="Record.Id"/> of each record.
    /// </summary>
    public long Number
    {
        get => _number;
        set => StartAt(value, 0);
    }

    /// <summary>The lease under which the host sends the records; null if the site has none.</summary>
    public RecordLease? Lease { get; set; }

    /// <summary>Number of records.</summary>
    public int Count => _entries.Count;

    /// <summary>Number of samples in all records.</summary>
    public int SampleCount => _sampleCount;

    /// <summary>Approximate size of the content in memory, in bytes.</summary>
    public long ByteCount => ((long)_sampleCount * 48) + _jsonLength;

    /// <summary>Record <paramref name="index"/>, from 0. Its memory belongs to the batch.</summary>
    public Record this[int index]
    {
        get
        {
            var entry = _entries[index];
            return new Record
            {
                Id = new RecordId(Queue, entry.Number, entry.Index),
                Time = entry.Time,
                Device = entry.Device,
                Samples = _samples.AsMemory(entry.SampleStart, entry.SampleLength),
                Json = _json.AsMemory(entry.JsonStart, entry.JsonLength),
            };
        }
    }

    /// <summary>Set by the host while a sink has the batch: then every change throws.</summary>
    internal bool IsSealed { get; set; }

    /// <summary>Sets the batch number and index of the next record; later indexes count up.</summary>
    public void StartAt(long number, int index)
    {
        ThrowIfSealed();
        (_number, _index) = (number, index);
    }

    /// <summary>Adds a copy of the samples of a scan. An empty scan adds no record.</summary>
    public void Add(DateTime time, string device, ReadOnlySpan<Sample> samples)
    {
        ThrowIfSealed();
        if (samples.IsEmpty) return;
        Grow(ref _samples, _sampleCount + samples.Length);
        samples.CopyTo(_samples.AsSpan(_sampleCount));
        _entries.Add(new Entry(_number, _index++, time, device, _sampleCount, samples.Length, 0, 0));
        _sampleCount += samples.Length;
    }

    /// <summary>Adds a copy of a payload: one JSON object in UTF-8 without line breaks.</summary>
    public void Add(DateTime time, string device, ReadOnlySpan<byte> json)
    {
        ThrowIfSealed();
        if (json.IsEmpty) return;
        Grow(ref _json, _jsonLength + json.Length);
        json.CopyTo(_json.AsSpan(_jsonLength));
        _entries.Add(new Entry(_number, _index++, time, device, 0, 0, _jsonLength, json.Length));
        _jsonLength += json.Length;
    }

    /// <summary>Adds a copy of a record of another batch, with its identity.</summary>
    public void Add(in Record record)
    {
        StartAt(record.Id.Batch, record.Id.Index);
        if (record.IsPayload) Add(record.Time, record.Device, record.Json.Span);
        else Add(record.Time, record.Device, record.Samples.Span);
    }

    /// <summary>Removes all records and keeps the memory for reuse.</summary>
    public void Clear()
    {
        ThrowIfSealed();

        // Samples refer to tags and texts; clearing them prevents an idle batch from keeping a recipe in memory.
        Array.Clear(_samples, 0, _sampleCount);
        _entries.Clear();
        _sampleCount = 0;
        _jsonLength = 0;
        _index = 0;
    }

    private void ThrowIfSealed()
    {
        if (IsSealed) throw new NotSupportedException("a sink only reads its batch; the host owns it");
    }

    private static void Grow<T>(ref T[] array, int needed)
    {
        if (needed > array.Length) Array.Resize(ref array, Math.Max(needed, Math.Max(256, array.Length * 2)));
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(
        long Number, int Index, DateTime Time, string Device, int SampleStart, int SampleLength, int JsonStart, int JsonLength);
}
