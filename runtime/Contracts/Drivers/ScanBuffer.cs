namespace PlantRuntime.Contracts;

/// <summary>
/// Where a reader puts what it read: a place for each tag of <see cref="IDriver.Prepare"/>, in that order. Owned by the host and used
/// again for every scan; all tags are <see cref="Quality.BadComm"/> without a value until the reader says otherwise.
/// </summary>
public sealed class ScanBuffer
{
    private readonly Sample[] _samples;
    private readonly string?[] _reasons;

    /// <summary>A buffer for these tags.</summary>
    public ScanBuffer(IReadOnlyList<Tag> tags)
    {
        _samples = new Sample[tags.Count];
        _reasons = new string?[tags.Count];
        for (var i = 0; i < tags.Count; i++) _samples[i].Tag = tags[i];
        Reset(default);
    }

    /// <summary>Number of tags.</summary>
    public int Count => _samples.Length;

    /// <summary>The samples, in the order of the tags.</summary>
    public Span<Sample> Samples => _samples;

    /// <summary>Why tag <paramref name="index"/> is bad, or null when nobody said.</summary>
    public string? Reason(int index) => _reasons[index];

    /// <summary>False for a tag that the reader has left untouched since <see cref="Reset"/>.</summary>
    public bool IsSet(int index) => _samples[index].Quality != Quality.BadComm || _reasons[index] is not null;

    /// <summary>Forgets the last scan. The host calls it before each read.</summary>
    public void Reset(DateTime scanTime)
    {
        for (var i = 0; i < _samples.Length; i++)
        {
            ref var sample = ref _samples[i];
            sample.Value = default;
            sample.Time = scanTime;
            sample.Quality = Quality.BadComm;
        }

        Array.Clear(_reasons);
    }

    /// <summary>A value that the device gave.</summary>
    public void Good(int index, Value value)
    {
        ref var sample = ref _samples[index];
        sample.Value = value;
        sample.Quality = Quality.Good;
        _reasons[index] = null;
    }

    /// <summary>A value that the device gave with a time of its own, in UTC.</summary>
    public void Good(int index, Value value, DateTime sourceTime)
    {
        Good(index, value);
        _samples[index].Time = sourceTime;
    }

    /// <summary>
    /// No value, and why: the protocol's name of the error. Use constant or cached strings: a bad tag is bad at every scan.
    /// </summary>
    public void Bad(int index, Quality quality, string reason)
    {
        ref var sample = ref _samples[index];
        sample.Value = default;
        sample.Quality = quality;
        _reasons[index] = reason;
    }
}
