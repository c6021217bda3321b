using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Emits the latest known sample of each tag at the end of every interval. A sample that was not updated within the interval is STALE.
/// Emits nothing before the first scan. Created by <see cref="ScanFlow.Every"/>; runs on the recipe's thread.
/// </summary>
internal sealed class EveryNode(ScanSchema schema, long interval) : Node(schema), ITimed, IStateful
{
    private readonly TagStates<Latest> _latest = new(schema);
    private readonly Scan _scan = new(schema);

    public long Due { get; private set; } = long.MaxValue;

    public string StateFormat => "every 1";

    public void Start(long now, DateTime utcNow)
    {
        if (Due == long.MaxValue) Due = now + interval;
    }

    public void Save(StateWriter state)
    {
        state.WriteTimestamp(Due);
        state.Write(_scan.Number);
        _latest.Save(state);
    }

    public void Load(StateReader state)
    {
        var (due, number) = (state.ReadTimestamp(), state.ReadInt64());
        _latest.Load(state);
        (Due, _scan.Number) = (due, number);
    }

    public override void Push(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
            _latest[sample.Tag.Index] = new Latest(true, sample.Value, sample.Quality, sample.Time, scan.Timestamp);
        _scan.Failure = scan.Failure;
    }

    public void OnDue(long now, DateTime utcNow)
    {
        _scan.Truncate(0);
        for (var i = 0; i < Schema.Tags.Count; i++)
        {
            ref readonly var latest = ref _latest[i];
            if (!latest.IsKnown) continue;
            var quality = latest.Quality == Quality.Good && now - latest.Renewed > interval ? Quality.Stale : latest.Quality;
            _scan.Append(new Sample { Tag = Schema.Tags[i], Value = latest.Value, Quality = quality, Time = latest.Time });
        }

        // Missed intervals are skipped.
        Due += interval * (((now - Due) / interval) + 1);
        if (_scan.Count == 0) return;
        _scan.Schema = Schema;
        _scan.Time = utcNow;
        _scan.Timestamp = now;
        _scan.Number++;
        Emit(_scan);
    }

    private readonly record struct Latest(bool IsKnown, Value Value, Quality Quality, DateTime Time, long Renewed) : ITagState<Latest>
    {
        public static Latest Load(StateReader state) =>
            new(true, state.ReadValue(), state.ReadQuality(), state.ReadTime(), state.ReadTimestamp());

        public void Save(StateWriter state)
        {
            state.WriteValue(Value);
            state.WriteQuality(Quality);
            state.WriteTime(Time);
            state.WriteTimestamp(Renewed);
        }
    }
}
