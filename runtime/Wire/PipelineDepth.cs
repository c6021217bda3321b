namespace PlantRuntime.Wire;

/// <summary>
/// Computes how many requests go into one burst: the configured number, until a burst of several loses replies; then one, and after a
/// number of answered bursts the configured number again. After three broken bursts in a row it stays at one. A driver
/// owns it and calls it within ReadAsync, one call at a time; not thread-safe. It has no clock and performs no I/O.
/// </summary>
/// <param name="wanted">The configured number of requests.</param>
public sealed class PipelineDepth(int wanted)
{
    // Broken bursts in a row, of several requests each, after which the size stays at one.
    private const int Tries = 3;
    // Answered bursts of one request before several are tried again, doubled at each broken burst: 128, then 256.
    private const int BaseWait = 64;

    private readonly int _wanted = wanted;
    private int _broken;
    private int _wait;

    /// <summary>Size of the next burst.</summary>
    public int Current { get; private set; } = wanted;

    /// <summary>Reports that all requests of a burst were answered.</summary>
    public void ReportAnswered(int requests)
    {
        if (requests > 1) _broken = 0;
        else if (_wait > 0 && --_wait == 0) Current = _wanted;
    }

    /// <summary>Reports that a burst lost replies or the connection, or that the device was too busy for it.</summary>
    /// <returns>True if the size stays at one from now on.</returns>
    public bool ReportBroken(int requests)
    {
        if (requests <= 1) return false;
        Current = 1;
        _wait = ++_broken < Tries ? BaseWait << _broken : 0;
        return _broken == Tries;
    }
}
