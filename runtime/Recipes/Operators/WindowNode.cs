using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Tumbling windows. A window is aligned to the wall clock of the site's zone when it opens and closes by monotonic time.
/// If the wall clock is set, one window becomes shorter or longer by at most half its length, and the next ones are aligned again. The
/// first window opens with the first scan. Created by <see cref="WindowFlow"/>; runs on the recipe's thread.
/// </summary>
internal abstract class WindowNode : Node, ITimed
{
    private readonly WindowBoundaries _boundaries;
    private readonly Scan _scan;
    private DateTime _start;

    protected WindowNode(ScanSchema schema, bool[] chosen, bool keepsUnits, WindowBoundaries boundaries, PlanClock clock)
        : base(Chosen(schema, chosen, keepsUnits))
    {
        Tags = [.. schema.Tags.Select(t => chosen[t.Index] ? Schema.Tags[Schema.IndexOf(t.Name)] : null)];
        _boundaries = boundaries;
        Clock = clock;
        _scan = new Scan(Schema);
    }

    public long Due { get; private set; } = long.MaxValue;

    protected PlanClock Clock { get; }

    /// <summary>The tag of the result for each tag of the flow; null for one that was not chosen.</summary>
    protected Tag?[] Tags { get; }

    public void Start(long now, DateTime utcNow)
    {
    }

    public virtual void Save(StateWriter state)
    {
        state.WriteTimestamp(Due);
        state.WriteTime(_start);
        state.Write(_scan.Number);
    }

    public override void Push(Scan scan)
    {
        if (Due == long.MaxValue) Open(scan.Timestamp, scan.ReadTime, _boundaries.Around(scan.ReadTime));
        if (scan.Timestamp >= Due) OnDue(scan.Timestamp, scan.ReadTime);
        Add(scan);
    }

    public void OnDue(long now, DateTime utcNow)
    {
        var (end, start) = (Due, _start);
        _scan.Truncate(0);
        _scan.WindowLength = _boundaries.Around(start).End - start;

        // The nearest boundary, not the previous one: with a slowed wall clock the timer expires slightly before the boundary.
        var opened = Open(now, utcNow, _boundaries.Nearest(utcNow));
        Close(_scan, start, end, Math.Max(end, opened));
        _scan.Schema = Schema;
        _scan.Time = start;
        _scan.Timestamp = now;
        _scan.Number++;
        Emit(_scan);
    }

    /// <summary>Adds the samples of a scan to the open window.</summary>
    protected abstract void Add(Scan scan);

    /// <summary>Appends the results of the window to a scan, and begins the next window.</summary>
    /// <param name="result">Receives a sample for each chosen tag.</param>
    /// <param name="start">Start of the window in UTC, the time of the results.</param>
    /// <param name="end">Monotonic timestamp of the window's end.</param>
    /// <param name="next">Monotonic timestamp at which the next window starts, which is later if windows were missed.</param>
    protected abstract void Close(Scan result, DateTime start, long end, long next);

    /// <summary>Reads what <see cref="Save"/> wrote, then calls <paramref name="load"/>; an exception of it changes nothing.</summary>
    protected void Load(StateReader state, Action<StateReader> load)
    {
        var (due, start, number) = (state.ReadTimestamp(), state.ReadTime(), state.ReadInt64());
        load(state);
        (Due, _start, _scan.Number) = (due, start, number);
    }

    /// <summary>Opens a window and returns the monotonic timestamp of its start.</summary>
    private long Open(long now, DateTime utcNow, (DateTime Start, DateTime End) window)
    {
        _start = window.Start;
        Due = now + Math.Max(1, Clock.Ticks(window.End - utcNow));
        return Due - Clock.Ticks(window.End - window.Start);
    }

    private static ScanSchema Chosen(ScanSchema schema, bool[] chosen, bool keepsUnits) => new(
        schema.Device,
        [
            .. schema.Tags.Where(t => chosen[t.Index])
                .Select((t, i) => new Tag(i, t.Name, t.Device, keepsUnits ? t.Unit : "", t.Description)),
        ]);
}
