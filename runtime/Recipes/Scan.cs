using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// The tags of one device at one moment. Lambdas receive it on the recipe's thread. The object is reused for every scan: a lambda must copy
/// values and must not keep the object.
/// </summary>
public sealed class Scan
{
    private Sample[] _samples = [];
    private int _count;
    private Quality _worstRead;
    private string? _missingRead;

    internal Scan(ScanSchema schema) => Schema = schema;

    /// <summary>Time of the scan in UTC: the device's time if it sends one with each scan, for instance in an MQTT message.</summary>
    public DateTime Time
    {
        get => DeviceTime ?? ReadTime;
        internal set => (ReadTime, DeviceTime) = (value, null);
    }

    /// <summary>Name of the device.</summary>
    public string Device => Schema.Device;

    /// <summary>Number of the scan of this device since the host started, from 1.</summary>
    public long Number { get; internal set; }

    /// <summary>
    /// Reason why the whole scan failed, or null. In a failed scan every tag is <see cref="Quality.BadComm"/> without a value.
    /// </summary>
    public string? Failure { get; internal set; }

    /// <summary>
    /// Length of the window that this scan is the result of, by the clock: 25 h for a day on which the clocks are set back. Null for a scan
    /// of a device.
    /// </summary>
    public TimeSpan? WindowLength { get; internal set; }

    /// <summary>Number of tags in this scan; operators such as <c>OnChange</c> remove unchanged ones.</summary>
    public int Count => _count;

    /// <summary>The samples, in the order of the tag table.</summary>
    public ReadOnlySpan<Sample> Samples => _samples.AsSpan(0, _count);

    /// <summary>All values by tag name, for a payload.</summary>
    public ScanValues Values => new(this);

    /// <summary>All qualities by tag name, for a payload: "GOOD", "BAD_RANGE" and so on.</summary>
    public ScanQualities Qualities => new(this);

    /// <summary>All tags by name, each as <c>{ value, unit, quality }</c>, for a payload.</summary>
    public ScanMeasurements Measurements => new(this);

    /// <summary>The value of a tag; null if it is bad, or if an operator removed it from this scan.</summary>
    /// <exception cref="UnknownTagException">The flow has no such tag.</exception>
    public Value this[string tag]
    {
        get
        {
            var at = Find(tag);
            if (at < 0)
            {
                _missingRead ??= tag;
                return default;
            }

            ref readonly var sample = ref _samples[at];
            if (sample.Quality > _worstRead) _worstRead = sample.Quality;
            return sample.Value;
        }
    }

    /// <summary>The quality of a tag; <see cref="Contracts.Quality.Stale"/> if an operator removed it from this scan.</summary>
    /// <exception cref="UnknownTagException">The flow has no such tag.</exception>
    public Quality QualityOf(string tag) => Find(tag) is var at and >= 0 ? _samples[at].Quality : Quality.Stale;

    /// <summary>True if the tag is in this scan; after <c>Deadband</c> or <c>OnChange</c>, if it has just changed.</summary>
    /// <exception cref="UnknownTagException">The flow has no such tag.</exception>
    public bool Has(string tag) => Find(tag) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Device} #{Number}, {_count} tags";

    /// <summary>Monotonic timestamp of the scan in ticks of the time provider.</summary>
    internal long Timestamp { get; set; }

    /// <summary>Time of the read in UTC, by the clock of the host.</summary>
    internal DateTime ReadTime { get; private set; }

    /// <summary>The device's time of the scan in UTC; null if it gives none.</summary>
    internal DateTime? DeviceTime { get; set; }

    internal ScanSchema Schema { get; set; }

    internal Span<Sample> Writable => _samples.AsSpan(0, _count);

    /// <summary>
    /// Returns and resets the worst quality that the indexer has returned since the last call. A computed tag has this quality.
    /// </summary>
    internal Quality DrainWorstRead()
    {
        var worst = _worstRead;
        _worstRead = Quality.Good;
        return worst;
    }

    /// <summary>
    /// Returns and resets the first tag that the indexer was asked for since the last call and that an operator removed from this scan.
    /// </summary>
    internal string? DrainMissingRead()
    {
        var missing = _missingRead;
        _missingRead = null;
        return missing;
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
        ReadTime = other.ReadTime;
        DeviceTime = other.DeviceTime;
        Number = other.Number;
        Failure = other.Failure;
        WindowLength = other.WindowLength;
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
        var tagIndex = Schema.IndexOf(tag);
        if (tagIndex < 0) throw new UnknownTagException(tag, Schema);

        // Samples are in the order of their indexes: at their own index if none before was removed, otherwise found by binary search.
        if (tagIndex < _count && _samples[tagIndex].Tag.Index == tagIndex) return tagIndex;
        int low = 0, high = Math.Min(tagIndex, _count) - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var index = _samples[middle].Tag.Index;
            if (index == tagIndex) return middle;
            if (index < tagIndex) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }
}

/// <summary>The values of a scan by tag name; a JSON object in a payload. Valid during the call that received the scan.</summary>
public readonly struct ScanValues
{
    internal ScanValues(Scan scan) => Scan = scan;

    internal Scan Scan { get; }
}

/// <summary>The qualities of a scan by tag name; a JSON object in a payload. Valid during the call that received the scan.</summary>
public readonly struct ScanQualities
{
    internal ScanQualities(Scan scan) => Scan = scan;

    internal Scan Scan { get; }
}

/// <summary>
/// The tags of a scan by name, each as an object with value, unit and quality; a JSON object in a payload. Valid during the call that
/// received the scan.
/// </summary>
public readonly struct ScanMeasurements
{
    internal ScanMeasurements(Scan scan) => Scan = scan;

    internal Scan Scan { get; }
}
