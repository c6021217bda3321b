namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// Counts how often the device refused a request for several tags as a whole, or left it unanswered, and decides when one of its tags is
/// read alone: if that is answered, the unit is there, and a gap or a tag is at fault. While the unit is not there, it is tried ever less
/// often. Belongs to the first tag of the request; used within ReadAsync, one call at a time; not thread-safe.
/// </summary>
internal sealed class RequestDoubt
{
    // A single failure may have passed by the next scan.
    private const int FailuresBeforeProbe = 2;
    private const int MaxSkippedScans = 64;
    private const uint GoldenRatio = 0x9E3779B1;

    private int _failures;
    private int _failedProbes;
    private int _skippedScans;

    /// <summary>True if a tag of an unanswered request was answered, so that the next silence of the request proves its fault.</summary>
    public bool IsUnitThere { get; set; }

    /// <summary>Counts a failure. Returns true if a tag of the request is to be read alone in this scan.</summary>
    public bool TryBeginProbe() => ++_failures >= FailuresBeforeProbe && _skippedScans-- <= 0;

    /// <summary>Returns the index of the tag to read alone; another one after each failure.</summary>
    public int NextTag(int count) => (int)((ulong)((uint)_failedProbes * GoldenRatio) * (ulong)count >> 32);

    /// <summary>Reports that the tag was not answered either.</summary>
    public void ReportFailedProbe()
    {
        _skippedScans = Math.Min(MaxSkippedScans, 1 << Math.Min(_failedProbes, 30));
        _failedProbes++;
    }
}
