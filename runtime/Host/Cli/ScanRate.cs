namespace PlantRuntime.Host.Cli;

/// <summary>How fast a count rises, over the last few seconds.</summary>
internal sealed class ScanRate(TimeProvider time)
{
    private static readonly TimeSpan s_span = TimeSpan.FromSeconds(5);
    private readonly Queue<(long At, long Count)> _past = new();

    /// <summary>A second, given the count of now.</summary>
    public double Of(long count)
    {
        var now = time.GetTimestamp();
        _past.Enqueue((now, count));
        while (_past.Count > 2 && time.GetElapsedTime(_past.Peek().At, now) > s_span) _past.Dequeue();
        var (at, first) = _past.Peek();
        var seconds = time.GetElapsedTime(at, now).TotalSeconds;
        return seconds < 0.1 ? 0 : (count - first) / seconds;
    }
}
