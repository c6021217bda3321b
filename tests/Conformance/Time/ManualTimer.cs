namespace PlantRuntime.Conformance.Time;

/// <summary>A timer of a <see cref="ManualTimeProvider"/>, which guards all its state by its own lock.</summary>
internal sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
{
    /// <summary>First due first; those of one moment in the order in which they were set.</summary>
    public static IComparer<ManualTimer> ByDue { get; } =
        Comparer<ManualTimer>.Create((a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order));

    /// <summary>Timestamp at which it fires, while armed.</summary>
    public long Due { get; set; }

    /// <summary>Rises with each arming.</summary>
    public long Order { get; set; }

    public TimeSpan? Period { get; set; }

    public bool IsDisposed { get; set; }

    public void Fire()
    {
        if (!IsDisposed) callback(state);
    }

    public bool Change(TimeSpan dueTime, TimeSpan period) =>
        time.Set(this, Checked(dueTime, nameof(dueTime)), Checked(period, nameof(period)) is { } p && p > TimeSpan.Zero ? p : null);

    public void Dispose() => time.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static TimeSpan? Checked(TimeSpan value, string name)
    {
        if (value == Timeout.InfiniteTimeSpan) return null;
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        return value;
    }
}
