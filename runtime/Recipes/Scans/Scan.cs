using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes;

/// <summary>
/// One device's tags at one moment. A recipe's lambdas get the same object again for every scan: take values out of it, do not keep it.
/// </summary>
public sealed class Scan
{
    private Sample[] _samples = [];
    private int _count;
    private Quality _worstRead;

    internal Scan(Schema schema) => Schema = schema;

    /// <summary>When the scan was taken, in UTC.</summary>
    public DateTime Time { get; internal set; }

    /// <summary>Name of the device.</summary>
    public string Device => Schema.Device;

    /// <summary>Number of the scan: counts the scans that the device has delivered since the host started, from 1.</summary>
    public long Number { get; internal set; }

    /// <summary>
    /// Why the whole scan failed, or null: a failed scan holds every tag without value, as <see cref="Quality.BadComm"/>.
    /// </summary>
    public string? Failure { get; internal set; }

    /// <summary>Number of tags in this scan; operators that let only changes through leave the others out.</summary>
    public int Count => _count;

    /// <summary>The samples, in the order of the tag table.</summary>
    public ReadOnlySpan<Sample> Samples => _samples.AsSpan(0, _count);

    /// <summary>All values by tag name, for a payload.</summary>
    public ScanValues Values => new(this);

    /// <summary>All qualities by tag name, for a payload: "GOOD", "BAD_RANGE" and so on.</summary>
    public ScanQualities Qualities => new(this);

    /// <summary>The value of a tag; null when it is bad, or when an operator left it out of this scan.</summary>
    /// <exception cref="UnknownTagException">The flow has no such tag.</exception>
    public Value this[string tag]
    {
        get
        {
            var at = Find(tag);
            if (at < 0) return default;
            ref readonly var sample = ref _samples[at];
            if (sample.Quality > _worstRead) _worstRead = sample.Quality;
            return sample.Value;
        }
    }

    /// <summary>The quality of a tag; <see cref="Contracts.Quality.Stale"/> when an operator left it out of this scan.</summary>
    /// <exception cref="UnknownTagException">The flow has no such tag.</exception>
    public Quality QualityOf(string tag) => Find(tag) is var at and >= 0 ? _samples[at].Quality : Quality.Stale;

    /// <summary>True when the tag is in this scan: after Deadband or OnChange, when it has just changed.</summary>
    /// <exception cref="UnknownTagException">The flow has no such tag.</exception>
    public bool Has(string tag) => Find(tag) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Device} #{Number}, {_count} tags";

    /// <summary>The monotonic time of the scan, in units of the time provider: clocks may step, this does not.</summary>
    internal long Timestamp { get; set; }

    internal Schema Schema { get; set; }

    internal Span<Sample> Writable => _samples.AsSpan(0, _count);

    /// <summary>The worst quality that the indexer handed out since the last call: what a computed tag inherits.</summary>
    internal Quality TakeWorstRead()
    {
        var worst = _worstRead;
        _worstRead = Quality.Good;
        return worst;
    }

    internal void Fill(ReadOnlySpan<Sample> samples)
    {
        if (_samples.Length < samples.Length) _samples = new Sample[samples.Length];
        samples.CopyTo(_samples);
        _count = samples.Length;
    }

    internal void CopyFrom(Scan other)
    {
        Schema = other.Schema;
        Time = other.Time;
        Number = other.Number;
        Failure = other.Failure;
        Timestamp = other.Timestamp;
        Fill(other.Samples);
    }

    internal void Append(in Sample sample)
    {
        if (_samples.Length == _count) Array.Resize(ref _samples, Math.Max(8, _count * 2));
        _samples[_count++] = sample;
    }

    internal void Truncate(int count) => _count = count;

    private int Find(string tag)
    {
        var place = Schema.PlaceOf(tag);
        if (place < 0) throw new UnknownTagException(tag, Schema);

        // Samples stand in index order: at home when none before was left out, otherwise to be searched for.
        if (place < _count && _samples[place].Tag.Index == place) return place;
        int low = 0, high = Math.Min(place, _count) - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var index = _samples[middle].Tag.Index;
            if (index == place) return middle;
            if (index < place) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }
}
