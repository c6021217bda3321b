namespace PlantRuntime.Contracts;

/// <summary>
/// Receives the results of a reader: one sample for each tag of <see cref="IDriver.Prepare"/>, in that order. The host owns it and reuses
/// it for every scan. Each tag is <see cref="Quality.BadComm"/> without a value until the reader sets it. Not thread-safe. A reader uses it
/// only during <see cref="IReader.ReadAsync"/>.
/// </summary>
public sealed class ScanBuffer
{
    private readonly Sample[] _samples;
    private readonly string?[] _reasons;
    private readonly bool[] _isSet;
    private readonly bool[] _notRead;
    private DateTime _scanTime;

    // True if the samples of the tags that are not set are those of this scan: a scan that sets every tag writes each sample once.
    private bool _isComplete;
    private bool _isAnyBad;
    private bool _isAnyNotRead;

    /// <summary>Creates a buffer for these tags.</summary>
    public ScanBuffer(IReadOnlyList<Tag> tags)
    {
        _samples = new Sample[tags.Count];
        _reasons = new string?[tags.Count];
        _isSet = new bool[tags.Count];
        _notRead = new bool[tags.Count];
        for (var i = 0; i < tags.Count; i++) _samples[i].Tag = tags[i];
    }

    /// <summary>Number of tags.</summary>
    public int Count => _samples.Length;

    /// <summary>The samples, in the order of the tags.</summary>
    public Span<Sample> Samples
    {
        get
        {
            if (!_isComplete) Complete();
            return _samples;
        }
    }

    /// <summary>The time of the whole scan from the device, in UTC; null if the reader gave none. See <see cref="SetTime"/>.</summary>
    public DateTime? SourceTime { get; private set; }

    /// <summary>The reason why tag <paramref name="index"/> is bad, or null if the reader gave none.</summary>
    public string? Reason(int index) => _reasons[index];

    /// <summary>False if the reader has not set the tag since <see cref="Reset"/>.</summary>
    public bool IsSet(int index) => _isSet[index] || (_isComplete && _samples[index].Quality != Quality.BadComm);

    /// <summary>Clears the buffer. The host calls it before each read, with the time of the scan in UTC.</summary>
    public void Reset(DateTime scanTime)
    {
        (_scanTime, SourceTime, _isComplete) = (scanTime, null, false);
        Array.Clear(_isSet);
        if (_isAnyBad) Array.Clear(_reasons);
        if (_isAnyNotRead) Array.Clear(_notRead);
        _isAnyBad = _isAnyNotRead = false;
    }

    /// <summary>
    /// Sets the device's time of the whole scan, in UTC: the scan, its records and the tags that are set so far get this time instead of
    /// the time of the read. For a message that contains its own time.
    /// </summary>
    public void SetTime(DateTime sourceTime)
    {
        SourceTime = sourceTime;
        for (var i = 0; i < _samples.Length; i++)
        {
            if (_isSet[i]) _samples[i].Time = sourceTime;
        }
    }

    /// <summary>Sets a value from the device; its time is the time of the scan.</summary>
    public void Good(int index, Value value)
    {
        ref var sample = ref _samples[index];
        sample.Value = value;
        sample.Time = _scanTime;
        sample.Quality = Quality.Good;
        _isSet[index] = true;
        if (_isAnyBad) _reasons[index] = null;
    }

    /// <summary>Sets a value with a time from the device, in UTC.</summary>
    public void Good(int index, Value value, DateTime sourceTime)
    {
        Good(index, value);
        _samples[index].Time = sourceTime;
    }

    /// <summary>
    /// Sets consecutive tags good, at the time of the scan, and returns their samples: the reader sets the value of each of them at once,
    /// and nothing else. For tables of many tags, where it costs a third of setting each tag.
    /// </summary>
    public Span<Sample> GoodRun(int index, int count)
    {
        var run = _samples.AsSpan(index, count);
        foreach (ref var sample in run)
        {
            sample.Time = _scanTime;
            sample.Quality = Quality.Good;
        }

        _isSet.AsSpan(index, count).Fill(true);
        if (_isAnyBad) Array.Clear(_reasons, index, count);
        return run;
    }

    /// <summary>
    /// Sets a quality without a value, and the reason in the protocol's terms. Use constant or cached strings, because a bad tag is often
    /// bad at every scan.
    /// </summary>
    public void Bad(int index, Quality quality, string reason)
    {
        ref var sample = ref _samples[index];
        sample.Value = default;
        sample.Time = _scanTime;
        sample.Quality = quality;
        _reasons[index] = reason;
        _isSet[index] = _isAnyBad = true;
        _notRead[index] = false;
    }

    /// <summary>True if the reader reported the tag with <see cref="NotRead"/> and did not set it afterwards.</summary>
    public bool IsNotRead(int index) => _notRead[index] && _samples[index].Quality == Quality.BadComm;

    /// <summary>
    /// Reports that a tag was not read in this scan, because there was no time for it or no reply came. The host repeats its last good
    /// value as <see cref="Quality.Stale"/> for some time; then the tag is <see cref="Quality.BadComm"/>. Use constant or cached strings.
    /// </summary>
    public void NotRead(int index, string reason)
    {
        Bad(index, Quality.BadComm, reason);
        _notRead[index] = _isAnyNotRead = true;
    }

    private void Complete()
    {
        _isComplete = true;
        if (!_isSet.Contains(false)) return;
        for (var i = 0; i < _isSet.Length; i++)
        {
            if (_isSet[i]) continue;
            ref var sample = ref _samples[i];
            sample.Value = default;
            sample.Time = _scanTime;
            sample.Quality = Quality.BadComm;
        }
    }
}
