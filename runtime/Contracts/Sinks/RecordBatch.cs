using System.Runtime.InteropServices;

namespace PlantRuntime.Contracts;

/// <summary>
/// Records on their way to a sink, in order. The host fills and reuses it; a sink only reads it. Not thread-safe. Once it has grown to
/// its working size, adding allocates nothing.
/// </summary>
public sealed class RecordBatch
{
    private readonly List<Entry> _entries = [];
    private Sample[] _samples = [];
    private byte[] _json = [];
    private int _sampleCount;
    private int _jsonLength;
    private long _number;
    private int _index;

    /// <summary>The queue of <see cref="RecordId"/>, the same for all records.</summary>
    public Guid Queue { get; set; }

    /// <summary>
    /// The batch number of records that are added next, whose indexes count from 0. A batch on its way to a sink may hold records of
    /// several batches of the queue: <see cref="Record.Id"/> counts.
    /// </summary>
    public long Number
    {
        get => _number;
        set => StartAt(value, 0);
    }

    /// <summary>Number of records.</summary>
    public int Count => _entries.Count;

    /// <summary>Number of samples in all records.</summary>
    public int SampleCount => _sampleCount;

    /// <summary>What the batch holds in memory, in bytes, roughly.</summary>
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

    /// <summary>The next record that is added has this batch number and index, and those after it count up.</summary>
    public void StartAt(long number, int index) => (_number, _index) = (number, index);

    /// <summary>Adds the samples of a scan. An empty scan is not a record and adds nothing.</summary>
    public void Add(DateTime time, string device, ReadOnlySpan<Sample> samples)
    {
        if (samples.IsEmpty) return;
        Grow(ref _samples, _sampleCount + samples.Length);
        samples.CopyTo(_samples.AsSpan(_sampleCount));
        _entries.Add(new Entry(_number, _index++, time, device, _sampleCount, samples.Length, 0, 0));
        _sampleCount += samples.Length;
    }

    /// <summary>Adds a payload: one JSON object in UTF-8 without line breaks.</summary>
    public void Add(DateTime time, string device, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty) return;
        Grow(ref _json, _jsonLength + json.Length);
        json.CopyTo(_json.AsSpan(_jsonLength));
        _entries.Add(new Entry(_number, _index++, time, device, 0, 0, _jsonLength, json.Length));
        _jsonLength += json.Length;
    }

    /// <summary>Adds a record of another batch, with its identity.</summary>
    public void Add(in Record record)
    {
        StartAt(record.Id.Batch, record.Id.Index);
        if (record.IsPayload) Add(record.Time, record.Device, record.Json.Span);
        else Add(record.Time, record.Device, record.Samples.Span);
    }

    /// <summary>Empties the batch, keeping its memory.</summary>
    public void Clear()
    {
        // The samples hold tags and texts: let go of them, so that an idle batch keeps no recipe's objects alive.
        Array.Clear(_samples, 0, _sampleCount);
        _entries.Clear();
        _sampleCount = 0;
        _jsonLength = 0;
        _index = 0;
    }

    private static void Grow<T>(ref T[] array, int needed)
    {
        if (needed > array.Length) Array.Resize(ref array, Math.Max(needed, Math.Max(256, array.Length * 2)));
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(
        long Number, int Index, DateTime Time, string Device, int SampleStart, int SampleLength, int JsonStart, int JsonLength);
}
