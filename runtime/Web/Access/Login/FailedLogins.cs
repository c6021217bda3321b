namespace PlantRuntime.Web.Access.Login;

/// <summary>
/// Counts failed logins by key, an account or an address, within a sliding window. ASP.NET's rate limiters count every attempt, also the
/// successful ones. Owned by <see cref="LoginService"/>; any thread; locks internally; memory is bounded by the capacity.
/// </summary>
/// <param name="limit">Failures within the window after which a key is locked.</param>
/// <param name="window">The window.</param>
/// <param name="capacity">Number of keys; beyond it the key whose last failure is the oldest is forgotten.</param>
/// <param name="time">The clock.</param>
internal sealed class FailedLogins(int limit, TimeSpan window, int capacity, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<long>> _failures = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the time until a locked key may try again; null if it is not locked.</summary>
    public TimeSpan? LockedFor(string key)
    {
        lock (_gate)
        {
            if (!_failures.TryGetValue(key, out var times)) return null;
            Expire(times);
            return times.Count >= limit ? window - time.GetElapsedTime(times.Peek()) : null;
        }
    }

    /// <summary>Counts a failure. Returns true if it is the one that locks the key.</summary>
    public bool Add(string key)
    {
        lock (_gate)
        {
            if (!_failures.TryGetValue(key, out var times))
            {
                if (_failures.Count >= capacity) _failures.Remove(_failures.MinBy(f => f.Value.Last()).Key);
                _failures[key] = times = new Queue<long>(limit);
            }

            Expire(times);
            times.Enqueue(time.GetTimestamp());
            return times.Count == limit;
        }
    }

    private void Expire(Queue<long> times)
    {
        while (times.TryPeek(out var first) && time.GetElapsedTime(first) >= window) times.Dequeue();
    }
}
