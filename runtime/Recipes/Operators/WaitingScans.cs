using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// The scans of one flow that wait for a partner of another, in the order in which they came. Belongs to a <see cref="JoinNode"/>; reuses
/// its scans.
/// </summary>
internal sealed class WaitingScans(ScanSchema schema)
{
    private readonly Queue<Scan> _waiting = new();
    private readonly Stack<Scan> _free = new();

    /// <summary>
    /// Removes the scan that is nearest in time to one of the other flow, and those before it, which can have no later partner. The caller
    /// releases it.
    /// </summary>
    /// <returns>Null if none is near enough.</returns>
    public Scan? DequeueNearest(Scan scan, TimeSpan within, PlanClock clock)
    {
        var at = TimeOf(scan);
        while (_waiting.TryPeek(out var oldest) && at.Since(TimeOf(oldest), clock) > within) Release(_waiting.Dequeue());
        Scan? nearest = null;
        var least = within;
        foreach (var candidate in _waiting)
        {
            var distance = at.Since(TimeOf(candidate), clock).Duration();
            if (distance > least) continue;
            (nearest, least) = (candidate, distance);
        }

        while (nearest is not null && _waiting.Dequeue() is var first && first != nearest) Release(first);
        return nearest;
    }

    /// <summary>Adds a copy of a scan. Scans by the host's clock that are too old for any later partner are dropped.</summary>
    public void Enqueue(Scan scan, TimeSpan within, PlanClock clock)
    {
        while (_waiting.TryPeek(out var oldest) && (_waiting.Count >= JoinNode.MaxWaiting
            || (oldest.DeviceTime is null && clock.Duration(scan.Timestamp - oldest.Timestamp) > within)))
            Release(_waiting.Dequeue());
        var copy = _free.TryPop(out var free) ? free : new Scan(schema);
        copy.CopyFrom(scan);
        _waiting.Enqueue(copy);
    }

    public void Release(Scan scan) => _free.Push(scan);

    public void Clear()
    {
        while (_waiting.TryDequeue(out var scan)) Release(scan);
    }

    public void Save(StateWriter state)
    {
        state.Write7BitEncodedInt(_waiting.Count);
        foreach (var scan in _waiting)
        {
            state.WriteTimestamp(scan.Timestamp);
            state.WriteTime(scan.ReadTime);
            state.Write(scan.DeviceTime is not null);
            if (scan.DeviceTime is { } time) state.WriteTime(time);
            state.Write(scan.Failure ?? "");
            state.Write((scan.WindowLength ?? TimeSpan.Zero).Ticks);
            state.Write7BitEncodedInt(scan.Count);
            foreach (ref readonly var sample in scan.Samples)
            {
                state.Write(sample.Tag.Name);
                state.WriteValue(sample.Value);
                state.WriteQuality(sample.Quality);
                state.WriteTime(sample.Time);
            }
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote, without the tags that no longer exist.</summary>
    public IReadOnlyList<Scan> Read(StateReader state)
    {
        var scans = new List<Scan>();
        for (var count = state.ReadCount(); count > 0; count--)
        {
            var scan = new Scan(schema) { Timestamp = state.ReadTimestamp(), Time = state.ReadTime() };
            if (state.ReadBoolean()) scan.DeviceTime = state.ReadTime();
            scan.Failure = state.ReadString() is { Length: > 0 } failure ? failure : null;
            scan.WindowLength = state.ReadInt64() is var length && length > 0 ? TimeSpan.FromTicks(length) : null;
            var samples = new SortedDictionary<int, Sample>();
            for (var left = state.ReadCount(); left > 0; left--)
            {
                var index = schema.IndexOf(state.ReadString());
                var sample = new Sample { Value = state.ReadValue(), Quality = state.ReadQuality(), Time = state.ReadTime() };
                if (index >= 0) samples[index] = sample with { Tag = schema.Tags[index] };
            }

            scan.Fill([.. samples.Values]);
            scans.Add(scan);
        }

        return scans;
    }

    public void Replace(IReadOnlyList<Scan> scans)
    {
        Clear();
        foreach (var scan in scans.TakeLast(JoinNode.MaxWaiting)) _waiting.Enqueue(scan);
    }

    private static SampleTime TimeOf(Scan scan) => new(scan.Timestamp, scan.Time, scan.DeviceTime is not null);
}
