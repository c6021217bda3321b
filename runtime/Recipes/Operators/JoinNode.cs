using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Joins the scans of two flows by time: a scan is joined with the nearest waiting scan of the other flow, if they are at most the limit
/// apart. Each scan is used once; one without a partner is dropped. <see cref="JoinInputNode"/>s pass the scans. Created by
/// <see cref="ScanFlow.Join"/>; runs on the recipe's thread; reuses its memory, which is bounded.
/// </summary>
internal sealed class JoinNode : Node, IStateful
{
    /// <summary>Number of waiting scans of one flow after which the oldest is dropped.</summary>
    public const int MaxWaiting = 1000;

    private readonly TimeSpan _within;
    private readonly PlanClock _clock;
    private readonly WaitingScans _left;
    private readonly WaitingScans _right;
    private readonly Scan _row;

    public JoinNode(ScanSchema left, ScanSchema right, IReadOnlyList<string> names, TimeSpan within, PlanClock clock)
        : base(Combined(left, right, names))
    {
        (_within, _clock) = (within, clock);
        (_left, _right) = (new WaitingScans(left), new WaitingScans(right));
        _row = new Scan(Schema);
    }

    public string StateFormat => "join 1";

    /// <summary>Returns the names of the tags of a row: those that both flows have are called <c>device.tag</c>.</summary>
    public static IReadOnlyList<string> Names(ScanSchema left, ScanSchema right) =>
        [.. left.Tags.Select(t => Name(t, left, right)), .. right.Tags.Select(t => Name(t, right, left))];

    public void Save(StateWriter state)
    {
        state.Write(_row.Number);
        _left.Save(state);
        _right.Save(state);
    }

    public void Load(StateReader state)
    {
        var number = state.ReadInt64();
        var (left, right) = (_left.Read(state), _right.Read(state));
        _left.Replace(left);
        _right.Replace(right);
        _row.Number = number;
    }

    public override void Push(Scan scan) => throw new InvalidOperationException("its inputs get the scans");

    public void Push(Scan scan, bool isLeft)
    {
        var (own, other) = isLeft ? (_left, _right) : (_right, _left);
        if (other.DequeueNearest(scan, _within, _clock) is { } partner)
        {
            own.Clear();
            if (isLeft) Emit(scan, partner);
            else Emit(partner, scan);
            other.Release(partner);
        }
        else
        {
            own.Enqueue(scan, _within, _clock);
        }
    }

    private void Emit(Scan left, Scan right)
    {
        _row.Truncate(0);
        Append(left, left, 0);
        Append(right, left, left.Schema.Tags.Count);
        _row.Schema = Schema;
        _row.Time = left.ReadTime;
        _row.DeviceTime = left.DeviceTime;
        _row.Timestamp = Math.Max(left.Timestamp, right.Timestamp);
        _row.Failure = left.Failure ?? right.Failure;
        _row.WindowLength = left.WindowLength ?? right.WindowLength;
        _row.Number++;
        Emit(_row);
    }

    private void Append(Scan from, Scan left, int first)
    {
        foreach (var sample in from.Samples)
        {
            // A sample with the host's time of its scan gets that of the row, so that it is not taken for a time of the device.
            var isOfHost = from.DeviceTime is null && sample.Time == from.Time;
            _row.Append(sample with { Tag = Schema.Tags[first + sample.Tag.Index], Time = isOfHost ? left.Time : sample.Time });
        }
    }

    private static string Name(Tag tag, ScanSchema own, ScanSchema other) =>
        other.IndexOf(tag.Name) < 0 ? tag.Name : $"{own.Device}.{tag.Name}";

    private static ScanSchema Combined(ScanSchema left, ScanSchema right, IReadOnlyList<string> names)
    {
        var device = left.Device == right.Device ? left.Device : $"{left.Device}+{right.Device}";
        return new ScanSchema(
            device, [.. left.Tags.Concat(right.Tags).Select((t, i) => new Tag(i, names[i], device, t.Unit, t.Description))]);
    }
}

/// <summary>Passes the scans of one side to a join. Has no state; runs on the recipe's thread.</summary>
internal sealed class JoinInputNode(ScanSchema schema, JoinNode join, bool isLeft) : Node(schema)
{
    public override bool IsUnconnected => join.IsUnconnected;

    /// <summary>Probes the rows once, not for each side.</summary>
    public override void Probe(Scan scan)
    {
        if (isLeft) join.Probe(scan);
    }

    public override void Push(Scan scan) => join.Push(scan, isLeft);
}
