namespace PlantRuntime.Host.Watching;

/// <summary>
/// Tells when something changed and has been still since the last look, so that a copy under way or an editor's two writes are taken as
/// one change. Looking again and again, rather than asking the system for events, works on every file system and loses nothing.
/// </summary>
internal sealed class SettledChange
{
    private string? _seen;
    private string? _accepted;

    /// <summary>True once for each change that has settled.</summary>
    public bool Look(string stamp)
    {
        var isStill = stamp == _seen;
        _seen = stamp;
        if (!isStill || stamp == _accepted) return false;
        _accepted = stamp;
        return true;
    }

    /// <summary>Takes a state as known without waiting for it to settle.</summary>
    public void Accept(string stamp) => _seen = _accepted = stamp;
}
