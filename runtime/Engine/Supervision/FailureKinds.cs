using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Limits log lines about failures by their kind: the first of a kind is logged, repeats are counted and reported every 10 minutes. Reasons
/// that differ in digits only are one kind. Owned by one supervisor; any thread.
/// </summary>
internal sealed class FailureKinds(TimeProvider time)
{
    private const int MaxKinds = 50;
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LogLimit> _kinds = [];

    /// <summary>True if a failure is to be logged; then <paramref name="repeats"/> have not been logged since the last line.</summary>
    public bool TryAcquire(string reason, out int repeats)
    {
        LogLimit? limit;
        lock (_gate)
        {
            var kind = string.Concat(reason.Where(c => !char.IsAsciiDigit(c)));
            if (!_kinds.ContainsKey(kind) && _kinds.Count >= MaxKinds) kind = "";
            if (!_kinds.TryGetValue(kind, out limit)) _kinds.Add(kind, limit = new LogLimit(time, s_interval));
        }

        return limit.TryAcquire(out repeats);
    }
}
