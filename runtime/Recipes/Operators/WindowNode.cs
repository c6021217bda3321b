using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Tumbling windows. A window is aligned to the wall clock of the site's zone when it opens and closes by monotonic time.
/// If the wall clock is set, one window becomes shorter or longer by at most half its length, and the next ones are aligned again. The
/// first window opens with the first scan. Created by <see cref="WindowFlow"/>; runs on the recipe's thread.
/// </summary>
internal sealed class WindowNode : Node, ITimed, IStateful
{
    private readonly TagStates<WindowState> _states;
    private readonly Tag?[] _tags;
    private readonly Aggregate _aggregate;
    private readonly WindowBoundaries _boundaries;
    private readonly PlanClock _clock;
    private readonly Scan _scan;
    private DateTime _start;

    public WindowNode(ScanSchema schema, bool[] chosen, Aggregate aggregate, TimeSpan length, PlanClock clock)
        : base(Chosen(schema, chosen, aggregate))
    {
        _states = new TagStates<WindowState>(schema);
        _tags = [.. schema.Tags.Select(t => chosen[t.Index] ? Schema.Tags[Schema.IndexOf(t.Name)] : null)];
        _aggregate = aggregate;
        _boundaries = new WindowBoundaries(length, clock.Zone);
        _clock = clock;
        _scan = new Scan(Schema);
    }

    public long Due { get; private set; } = long.MaxValue;

    public string StateFormat => "window 1";

    public void Start(long now, DateTime utcNow)
    {
    }

    public void Save(StateWriter state)
    {
        state.WriteTimestamp(Due);
        state.WriteTime(_start);
        state.Write(_scan.Number);
        _states.Save(state);
    }

    public void Load(StateReader state)
    {
        var (due, start, number) = (state.ReadTimestamp(), state.ReadTime(), state.ReadInt64());
        _states.Load(state);
        (Due, _start, _scan.Number) = (due, start, number);
    }

    public override void Push(Scan scan)
    {
        if (Due == long.MaxValue) Open(scan.Timestamp, scan.ReadTime, _boundaries.Around(scan.ReadTime));
        if (scan.Timestamp >= Due) OnDue(scan.Timestamp, scan.ReadTime);
        foreach (ref readonly var sample in scan.Samples)
        {
            if (_tags[sample.Tag.Index] is not null) _states[sample.Tag.Index].Add(sample, _aggregate);
        }
    }

    public void OnDue(long now, DateTime utcNow)
    {
        _scan.Truncate(0);
        for (var i = 0; i < _tags.Length; i++)
        {
            if (_tags[i] is not { } tag) continue;
            _scan.Append(_states[i].Result(tag, _start, _aggregate));
            _states[i] = default;
        }

        _scan.Schema = Schema;
        _scan.Time = _start;
        _scan.Timestamp = now;
        _scan.Number++;

        // The nearest boundary, not the previous one: with a slowed wall clock the timer expires slightly before the boundary.
        Open(now, utcNow, _boundaries.Nearest(utcNow));
        Emit(_scan);
    }

    private void Open(long now, DateTime utcNow, (DateTime Start, DateTime End) window)
    {
        _start = window.Start;
        Due = now + Math.Max(1, _clock.Ticks(window.End - utcNow));
    }

    private static ScanSchema Chosen(ScanSchema schema, bool[] chosen, Aggregate aggregate) => new(
        schema.Device,
        [
            .. schema.Tags.Where(t => chosen[t.Index])
                .Select((t, i) => new Tag(i, t.Name, t.Device, aggregate == Aggregate.Count ? "" : t.Unit, t.Description)),
        ]);
}

/// <summary>The result of a window.</summary>
internal enum Aggregate
{
    Mean,
    Min,
    Max,
    First,
    Last,
    Count,
}
