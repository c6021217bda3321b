using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>
/// Gathers records into the bytes of a batch. After the envelope: number and age (8 bytes each), the ways (recipe, sinks, records, bytes),
/// the devices and tags (device, name, unit, description) by their length in bytes, the records. A record: its way, its time as a step from
/// the one before, its device, then a payload (length × 2 + 1, bytes) or samples (count × 2; each: tag, quality, time as a step from the
/// record's, value).
/// </summary>
internal sealed class BatchEncoder
{
    private readonly ByteWriter _devices = new();
    private readonly ByteWriter _tags = new();
    private readonly ByteWriter _records = new();
    private readonly ByteWriter _whole = new();
    private readonly Dictionary<Tag, int> _tagPlaces = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _deviceNames = [];
    private readonly List<(RouteSet Routes, int Records, int Bytes)> _ways = [];
    private long _lastTicks;

    /// <summary>Number of records.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes so far, roughly.</summary>
    public int ByteCount => _records.Length + _tags.Length + _devices.Length;

    public void Add(RouteSet routes, DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        var start = ByteCount;
        var way = WayOf(routes);
        _records.Unsigned((ulong)way);
        _records.Signed(time.Ticks - _lastTicks);
        _records.Unsigned((ulong)PlaceOf(device));
        _lastTicks = time.Ticks;
        if (!json.IsEmpty)
        {
            _records.Unsigned(((ulong)json.Length << 1) | 1);
            _records.Bytes(json);
        }
        else
        {
            _records.Unsigned((ulong)samples.Length << 1);
            foreach (ref readonly var sample in samples) Add(sample, time);
        }

        Count++;
        _ways[way] = (routes, _ways[way].Records + 1, _ways[way].Bytes + ByteCount - start);
    }

    /// <summary>What was gathered, without number and age; the encoder is empty afterwards.</summary>
    public EncodedBatch Take()
    {
        _whole.Clear();
        Sealed.Open(_whole, Sealed.Batch);
        _whole.Int64(0);
        _whole.Int64(0);
        _whole.Unsigned((ulong)_ways.Count);
        foreach (var (routes, records, bytes) in _ways)
        {
            _whole.Text(routes.Recipe);
            _whole.Unsigned((ulong)routes.Sinks.Count);
            foreach (var sink in routes.Sinks) _whole.Text(sink);
            _whole.Unsigned((ulong)records);
            _whole.Unsigned((ulong)bytes);
        }

        _whole.Unsigned((ulong)(_devices.Length + _tags.Length));
        _whole.Bytes(_devices.Written);
        _whole.Bytes(_tags.Written);
        _whole.Bytes(_records.Written);
        var batch = new EncodedBatch(_whole.Written.ToArray(), [.. _ways.Select(w => new Tally(w.Routes, w.Records, w.Bytes))]);
        Clear();
        return batch;
    }

    private void Add(in Sample sample, DateTime time)
    {
        _records.Unsigned((ulong)PlaceOf(sample.Tag));
        _records.Byte((byte)sample.Quality);
        _records.Signed(sample.Time.Ticks - time.Ticks);
        ValueCodec.Write(_records, sample.Value);
    }

    private int WayOf(RouteSet routes)
    {
        // A handful at most: recipes times their To statements.
        for (var i = 0; i < _ways.Count; i++)
        {
            if (ReferenceEquals(_ways[i].Routes, routes)) return i;
        }

        _ways.Add((routes, 0, 0));
        return _ways.Count - 1;
    }

    private int PlaceOf(Tag tag)
    {
        if (_tagPlaces.TryGetValue(tag, out var place)) return place;
        place = _tagPlaces.Count;
        _tagPlaces.Add(tag, place);
        _tags.Byte(TagTables.Tag);
        _tags.Text(tag.Device);
        _tags.Text(tag.Name);
        _tags.Text(tag.Unit);
        _tags.Text(tag.Description);
        return place;
    }

    private int PlaceOf(string device)
    {
        var place = _deviceNames.IndexOf(device);
        if (place >= 0) return place;
        _deviceNames.Add(device);
        _devices.Byte(TagTables.Device);
        _devices.Text(device);
        return _deviceNames.Count - 1;
    }

    private void Clear()
    {
        _devices.Clear();
        _deviceNames.Clear();
        _tags.Clear();
        _records.Clear();
        _tagPlaces.Clear();
        _ways.Clear();
        _lastTicks = 0;
        Count = 0;
    }
}
