using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Tumbling windows, aligned to the wall clock when they open and closed by monotonic time: when the clock is stepped, one window is half
/// as short or half as long again at most, and the next ones are aligned anew. The first window opens with the first scan.
/// </summary>
internal sealed class WindowNode : Node, ITimed, IStateful
{
    private readonly TagStates<WindowState> _states;
    private readonly Tag?[] _tags;
    private readonly Aggregate _aggregate;
    private readonly TimeSpan _length;
    private readonly PlanClock _clock;
    private readonly Scan _scan;
    private DateTime _start;

    public WindowNode(Schema schema, bool[] chosen, Aggregate aggregate, TimeSpan length, PlanClock clock)
        : base(Chosen(schema, chosen, aggregate))
    {
        _states = new TagStates<WindowState>(schema);
        _tags = [.. schema.Tags.Select(t => chosen[t.Index] ? Schema.Tags[Schema.PlaceOf(t.Name)] : null)];
        _aggregate = aggregate;
        _length = length;
        _clock = clock;
        _scan = new Scan(Schema);
    }

    public long Due { get; private set; } = long.MaxValue;

    public string StateForm => "window 1";

    public void Start(long now, DateTime utcNow)
    {
    }

    public void Save(StateWriter state)
    {
        state.WriteMoment(Due);
        state.WriteTime(_start);
        state.Write(_scan.Number);
        _states.Save(state);
    }

    public void Load(StateReader state)
    {
        var (due, start, number) = (state.ReadMoment(), state.ReadTime(), state.ReadInt64());
        _states.Load(state);
        (Due, _start, _scan.Number) = (due, start, number);
    }

    public override void Push(Scan scan)
    {
        if (Due == long.MaxValue) Open(scan.Timestamp, scan.Time, scan.Time.Ticks / _length.Ticks * _length.Ticks);
        if (scan.Timestamp >= Due) OnDue(scan.Timestamp, scan.Time);
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

        // The boundary nearest to now, not the one before: a timer rings before its time by the clock that is slowed down a little.
        Open(now, utcNow, (utcNow.Ticks + (_length.Ticks / 2)) / _length.Ticks * _length.Ticks);
        Emit(_scan);
    }

    private void Open(long now, DateTime utcNow, long startTicks)
    {
        _start = new DateTime(startTicks, DateTimeKind.Utc);
        Due = now + Math.Max(1, _clock.Ticks(_start + _length - utcNow));
    }

    private static Schema Chosen(Schema schema, bool[] chosen, Aggregate aggregate) => new(
        schema.Device,
        [
            .. schema.Tags.Where(t => chosen[t.Index])
                .Select((t, i) => new Tag(i, t.Name, t.Device, aggregate == Aggregate.Count ? "" : t.Unit, t.Description)),
        ]);
}
