using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Speaks by the clock: at the end of every interval the latest known sample of each tag. One that was not renewed within the interval is
/// STALE. Before the first scan it is silent.
/// </summary>
internal sealed class EveryNode : Node, ITimed
{
    private readonly Sample[] _latest;
    private readonly long[] _renewed;
    private readonly long _interval;
    private readonly Scan _scan;

    public EveryNode(Schema schema, long interval)
        : base(schema)
    {
        _latest = new Sample[schema.Tags.Count];
        _renewed = new long[schema.Tags.Count];
        _interval = interval;
        _scan = new Scan(schema);
    }

    public long Due { get; private set; } = long.MaxValue;

    public void Start(long now, DateTime utcNow) => Due = now + _interval;

    public override void Push(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            _latest[sample.Tag.Index] = sample;
            _renewed[sample.Tag.Index] = scan.Timestamp;
        }

        _scan.Failure = scan.Failure;
    }

    public void OnDue(long now, DateTime utcNow)
    {
        _scan.Truncate(0);
        for (var i = 0; i < _latest.Length; i++)
        {
            var sample = _latest[i];
            if (sample.Tag is null) continue;
            if (sample.Quality == Quality.Good && now - _renewed[i] > _interval) sample.Quality = Quality.Stale;
            _scan.Append(sample);
        }

        // Missed beats are skipped, not made up for.
        Due += _interval * (((now - Due) / _interval) + 1);
        if (_scan.Count == 0) return;
        _scan.Schema = Schema;
        _scan.Time = utcNow;
        _scan.Timestamp = now;
        _scan.Number++;
        Emit(_scan);
    }
}
