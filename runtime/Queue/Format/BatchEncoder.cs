using PlantRuntime.Contracts;

namespace PlantRuntime.Queue.Format;

/// <summary>
/// Encodes records into a batch. Layout after the <see cref="Envelope"/>: number and age in milliseconds (8 bytes each); the number of
/// routes, each with recipe, sinks, records, bytes; the length in bytes of the table of devices and tags, and the table
/// (<see cref="TagTables"/>); the records. A record has the index of its route, its time in ticks as difference to the record before, the
/// index of its device, then a JSON payload (length × 2 + 1, bytes) or samples (count × 2; each with index of the tag, quality, time as
/// difference to the record's, value). Numbers are LEB128 unless a size is given. Owned by one <see cref="RecordBuffer"/>, which calls it
/// within its lock and reuses it, or created for one dead letter; does no I/O.
/// </summary>
internal sealed class BatchEncoder
{
    private readonly ByteWriter _devices = new();
    private readonly ByteWriter _tags = new();
    private readonly ByteWriter _records = new();
    private readonly ByteWriter _whole = new();
    private readonly Dictionary<Tag, int> _tagIndexes = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _deviceNames = [];
    private readonly List<(RouteSet Routes, int Records, int Bytes)> _routes = [];
    private long _lastTicks;

    /// <summary>The number of records.</summary>
    public int Count { get; private set; }

    /// <summary>The number of bytes so far, without the header.</summary>
    public int ByteCount => _records.Length + _tags.Length + _devices.Length;

    /// <summary>The number of records and bytes by route; a new list at each call.</summary>
    public IReadOnlyList<RouteCount> Routes => [.. _routes.Select(r => new RouteCount(r.Routes, r.Records, r.Bytes))];

    /// <summary>Adds a record with a JSON payload, or with samples if <paramref name="json"/> is empty.</summary>
    public void Add(RouteSet routes, DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        var start = ByteCount;
        var route = IndexOf(routes);
        _records.Unsigned((ulong)route);
        _records.Signed(time.Ticks - _lastTicks);
        _records.Unsigned((ulong)IndexOf(device));
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
        _routes[route] = (routes, _routes[route].Records + 1, _routes[route].Bytes + ByteCount - start);
    }

    /// <summary>Returns the batch, without number and age, and empties the encoder.</summary>
    public EncodedBatch Complete()
    {
        _whole.Clear();
        Envelope.Begin(_whole, EnvelopeKind.Batch);
        _whole.Int64(0);
        _whole.Int64(0);
        _whole.Unsigned((ulong)_routes.Count);
        foreach (var (routes, records, bytes) in _routes)
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
        var batch = new EncodedBatch(_whole.Written.ToArray(), Routes);
        Clear();
        return batch;
    }

    private void Add(in Sample sample, DateTime time)
    {
        _records.Unsigned((ulong)IndexOf(sample.Tag));
        _records.Byte((byte)sample.Quality);
        _records.Signed(sample.Time.Ticks - time.Ticks);
        ValueCodec.Write(_records, sample.Value);
    }

    private int IndexOf(RouteSet routes)
    {
        // The list is short: at most one entry for each To statement of the site's recipes.
        for (var i = 0; i < _routes.Count; i++)
        {
            if (ReferenceEquals(_routes[i].Routes, routes)) return i;
        }

        _routes.Add((routes, 0, 0));
        return _routes.Count - 1;
    }

    private int IndexOf(Tag tag)
    {
        if (_tagIndexes.TryGetValue(tag, out var index)) return index;
        index = _tagIndexes.Count;
        _tagIndexes.Add(tag, index);
        _tags.Byte(TagTables.Tag);
        _tags.Text(tag.Device);
        _tags.Text(tag.Name);
        _tags.Text(tag.Unit);
        _tags.Text(tag.Description);
        return index;
    }

    private int IndexOf(string device)
    {
        var index = _deviceNames.IndexOf(device);
        if (index >= 0) return index;
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
        _tagIndexes.Clear();
        _routes.Clear();
        _lastTicks = 0;
        Count = 0;
    }
}
