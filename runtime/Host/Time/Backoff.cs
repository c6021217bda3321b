namespace PlantRuntime.Host.Time;

/// <summary>How long to wait before the next attempt: the first wait, then twice as long each time, up to the longest.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan max)
{
    private TimeSpan? _next;

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next()
    {
        var wait = _next ?? first;
        _next = wait >= max / 2 ? max : wait * 2;
        return wait;
    }

    /// <summary>It works again: the next failure starts from the first wait.</summary>
    public void Reset() => _next = null;
}
