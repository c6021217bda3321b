namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Detects that a stamp changed and then stayed the same from one poll to the next, so that a copy in progress or the two writes of an
/// editor count as one change. The host polls because file system events are missing on some file systems and can be lost on others. Owned
/// by one poller of the host's poll loop; performs no I/O; not thread-safe.
/// </summary>
internal sealed class SettledChange
{
    private string? _seen;
    private string? _accepted;

    /// <summary>Returns true once for each change that has settled.</summary>
    public bool Poll(string stamp)
    {
        var isStill = stamp == _seen;
        _seen = stamp;
        if (!isStill || stamp == _accepted) return false;
        _accepted = stamp;
        return true;
    }

    /// <summary>Accepts a state without waiting for it to settle.</summary>
    public void Accept(string stamp) => _seen = _accepted = stamp;
}
