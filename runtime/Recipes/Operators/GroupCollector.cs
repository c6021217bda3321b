using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Collects values with the same time. A group is emitted when all values have arrived, or at its time limit if there are enough; otherwise
/// it is dropped and reported. The time of a closed group is kept for the same time again, so that late values do not open a second group.
/// Shared by the <see cref="GroupNode"/>s of one <c>GroupByTime</c>; runs on the recipe's thread; only <see cref="Counters"/> is read by
/// other threads. Reuses its memory, which is bounded.
/// </summary>
/// <param name="device">Name of the device, or of all devices.</param>
/// <param name="members">The keys that are known before they come.</param>
/// <param name="options">When a group is emitted.</param>
/// <param name="plan">Receives reports of incomplete groups and late values.</param>
/// <param name="flow">Receives the groups.</param>
internal sealed class GroupCollector(
    string device, IReadOnlyList<string> members, GroupOptions options, PlanBuilder plan, Flow<TimeGroup> flow)
{
    /// <summary>Number of open groups after which the oldest is closed before its time.</summary>
    public const int MaxOpen = 10_000;

    // About 100 bytes each.
    private const int MaxValues = 200_000;
    private const int MaxClosed = 50_000;
    private const int MaxLearned = 1000;

    private readonly Dictionary<DateTime, TimeGroup> _open = [];
    // Each group that was opened, in order; those that are closed already are skipped.
    private readonly Queue<(DateTime Time, long Due)> _opened = new();
    private readonly Dictionary<DateTime, long> _closed = [];
    private readonly Queue<(DateTime Time, long Due)> _closedInOrder = new();
    private readonly Stack<TimeGroup> _free = new();
    private readonly List<string> _learned = [.. members];
    private readonly HashSet<string> _known = new(members, StringComparer.Ordinal);
    private int _values;

    /// <summary>Monotonic timestamp at which the next group is closed or forgotten.</summary>
    public long Due { get; private set; } = long.MaxValue;

    public bool IsUnconnected => flow.IsUnconnected;

    /// <summary>Counts complete, partial, incomplete, late and open groups.</summary>
    public GroupCounters Counters { get; } = new();

    /// <summary>Adds a value to the group of its time.</summary>
    public void Put(DateTime time, string key, Value value, long now)
    {
        if (_known.Count < MaxLearned && _known.Add(key)) _learned.Add(key);
        if (!_open.TryGetValue(time, out var group))
        {
            if (_closed.ContainsKey(time))
            {
                Counters.CountLate();
                plan.Fault(new LateGroupMemberException(device, time, key));
                return;
            }

            group = Open(time, now);
        }

        if (group.Put(key, value)) _values++;
        if (group.Count >= options.Expect) Close(group, now);
        else if (_values > MaxValues) CloseOldest(now);
        Rearm();
    }

    /// <summary>Closes the groups whose time limit has come, and forgets closed ones.</summary>
    public void CloseExpired(long now)
    {
        while (_opened.TryPeek(out var oldest) && (oldest.Due <= now || !IsOpen(oldest)))
        {
            if (IsOpen(oldest)) Close(_open[oldest.Time], now);
            _opened.Dequeue();
        }

        while (_closedInOrder.TryPeek(out var closed) && closed.Due <= now) Forget();
        Rearm();
    }

    public void Save(StateWriter state)
    {
        state.Write7BitEncodedInt(_open.Count);
        foreach (var opened in _opened)
        {
            if (!IsOpen(opened)) continue;
            var group = _open[opened.Time];
            state.WriteTime(group.Time);
            state.WriteTimestamp(group.Due);
            state.Write7BitEncodedInt(group.Count);
            foreach (var (key, value) in group.Values)
            {
                state.Write(key);
                state.WriteValue(value);
            }
        }

        state.Write7BitEncodedInt(_closedInOrder.Count);
        foreach (var (time, due) in _closedInOrder)
        {
            state.WriteTime(time);
            state.WriteTimestamp(due);
        }
    }

    public void Load(StateReader state)
    {
        var groups = new List<TimeGroup>();
        for (var count = state.ReadCount(); count > 0; count--)
        {
            var group = new TimeGroup(device, _learned) { Time = state.ReadTime(), Due = state.ReadTimestamp() };
            for (var values = state.ReadCount(); values > 0; values--) group.Put(state.ReadString(), state.ReadValue());
            groups.Add(group);
        }

        var closed = new List<(DateTime Time, long Due)>();
        for (var count = state.ReadCount(); count > 0; count--) closed.Add((state.ReadTime(), state.ReadTimestamp()));
        Clear();
        foreach (var group in groups.Where(g => _open.TryAdd(g.Time, g)))
        {
            _opened.Enqueue((group.Time, group.Due));
            _values += group.Count;
        }

        foreach (var item in closed.Where(c => _closed.TryAdd(c.Time, c.Due))) _closedInOrder.Enqueue(item);
        Counters.SetOpen(_open.Count);
        Rearm();
    }

    private bool IsOpen((DateTime Time, long Due) opened) => _open.TryGetValue(opened.Time, out var group) && group.Due == opened.Due;

    private TimeGroup Open(DateTime time, long now)
    {
        if (_open.Count >= MaxOpen) CloseOldest(now);
        if (!_free.TryPop(out var group)) group = new TimeGroup(device, _learned);

        // If the recipe was stopped while it received this group, its values are still present.
        group.Clear();
        (group.Time, group.Due) = (time, now + options.Within);
        _open.Add(time, group);
        _opened.Enqueue((time, group.Due));
        Counters.SetOpen(_open.Count);
        return group;
    }

    private void CloseOldest(long now)
    {
        while (_opened.TryDequeue(out var oldest))
        {
            if (!IsOpen(oldest)) continue;
            Close(_open[oldest.Time], now);
            return;
        }
    }

    private void Close(TimeGroup group, long now)
    {
        // The group leaves the memory first: the recipe can be stopped while it receives the group.
        _open.Remove(group.Time);
        _values -= group.Count;
        var due = now + options.Within;
        if (_closed.TryAdd(group.Time, due)) _closedInOrder.Enqueue((group.Time, due));
        if (_closedInOrder.Count > MaxClosed) Forget();
        group.IsComplete = group.Count >= options.Expect;
        Counters.CountClosed(group.IsComplete, isEmitted: group.Count >= options.AtLeast);
        Counters.SetOpen(_open.Count);
        if (group.Count >= options.AtLeast) flow.Emit(group);
        else plan.Fault(new IncompleteGroupException(group, options.AtLeast));
        group.Clear();
        _free.Push(group);
    }

    private void Forget() => _closed.Remove(_closedInOrder.Dequeue().Time);

    private void Clear()
    {
        _open.Clear();
        _opened.Clear();
        _closed.Clear();
        _closedInOrder.Clear();
        _values = 0;
    }

    private void Rearm()
    {
        while (_opened.TryPeek(out var oldest) && !IsOpen(oldest)) _opened.Dequeue();
        Due = _opened.TryPeek(out var open) ? open.Due : long.MaxValue;
        if (_closedInOrder.TryPeek(out var closed)) Due = Math.Min(Due, closed.Due);
    }
}

/// <summary>The conditions for emitting a group.</summary>
/// <param name="Expect">Number of values at which a group is emitted immediately.</param>
/// <param name="AtLeast">Number of values that are sufficient at the time limit.</param>
/// <param name="Within">Time limit in ticks of the clock, counted from the first value.</param>
internal sealed record GroupOptions(int Expect, int AtLeast, long Within);

/// <summary>Counts the groups of one <c>GroupByTime</c> by their outcome. Written on the recipe's thread, read by any thread.</summary>
internal sealed class GroupCounters
{
    private long _complete;
    private long _partial;
    private long _incomplete;
    private long _late;
    private long _open;

    /// <summary>Groups that were emitted with all values.</summary>
    public long Complete => Interlocked.Read(ref _complete);

    /// <summary>Groups that were emitted at the time limit with enough values.</summary>
    public long Partial => Interlocked.Read(ref _partial);

    /// <summary>Groups that were dropped because too few values had come.</summary>
    public long Incomplete => Interlocked.Read(ref _incomplete);

    /// <summary>Values that came after their group was closed.</summary>
    public long Late => Interlocked.Read(ref _late);

    /// <summary>Groups that wait for values.</summary>
    public long Open => Interlocked.Read(ref _open);

    public void CountClosed(bool isComplete, bool isEmitted)
    {
        if (isComplete) Interlocked.Increment(ref _complete);
        else if (isEmitted) Interlocked.Increment(ref _partial);
        else Interlocked.Increment(ref _incomplete);
    }

    public void CountLate() => Interlocked.Increment(ref _late);

    public void SetOpen(long count) => Interlocked.Exchange(ref _open, count);
}
