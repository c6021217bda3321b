namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Computes the wait before the next attempt: the first wait, then twice as long each time, up to the longest. Owned by one loop or policy,
/// which calls it one call at a time; not thread-safe; waits for nothing itself.
/// </summary>
internal sealed class Backoff(TimeSpan first, TimeSpan max)
{
    private TimeSpan? _next;

    /// <summary>Returns the wait after one more failure.</summary>
    public TimeSpan Next()
    {
        var wait = _next ?? first;
        _next = wait >= max / 2 ? max : wait * 2;
        return wait;
    }

    /// <summary>Makes the next failure start from the first wait.</summary>
    public void Reset() => _next = null;
}
