using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Adds a tag for each chosen one. It is TRUE if the number differs by more than <c>sigma</c> standard deviations from the mean of the
/// numbers before it. Created by <c>ScanFlow.Anomaly</c>; runs on the recipe's thread.
/// </summary>
internal sealed class AnomalyNode : Node, IStateful
{
    /// <summary>With fewer values the variance is not meaningful.</summary>
    public const int MinValues = 10;

    public const string Suffix = "_anomaly";

    private readonly TagStates<Ewma> _means;
    private readonly Tag?[] _flags;
    private readonly double _sigma;
    private readonly EwmaWeight _weight;
    private readonly PlanClock _clock;

    public AnomalyNode(ScanSchema schema, bool[] chosen, double sigma, EwmaWeight weight, PlanClock clock)
        : base(Extended(schema, chosen))
    {
        _means = new TagStates<Ewma>(schema);
        _flags = new Tag?[schema.Tags.Count];
        foreach (var (i, flag) in schema.Tags.Where(t => chosen[t.Index]).Zip(Schema.Tags.Skip(schema.Tags.Count), (t, f) => (t.Index, f)))
            _flags[i] = flag;
        _sigma = sigma;
        _weight = weight;
        _clock = clock;
    }

    public string StateFormat => "anomaly 1";

    public void Save(StateWriter state) => _means.Save(state);

    public void Load(StateReader state) => _means.Load(state);

    public override void Push(Scan scan)
    {
        scan.Schema = Schema;
        for (int i = 0, count = scan.Count; i < count; i++)
        {
            var sample = scan.Samples[i];
            var index = sample.Tag.Index;
            if (_flags[index] is not { } flag) continue;
            if (FiniteNumber.TryGet(ref sample, out var number))
                sample.Value = IsAnomaly(ref _means[index], number, SampleTime.From(scan, sample));
            sample.Tag = flag;
            scan.Append(sample);
        }

        Emit(scan);
    }

    private bool IsAnomaly(ref Ewma mean, double number, in SampleTime at)
    {
        var isAnomaly = mean.Count >= MinValues && Math.Abs(number - mean.Mean) > _sigma * Math.Sqrt(mean.Variance);
        mean.Add(number, at, _weight, _clock);
        return isAnomaly;
    }

    private static ScanSchema Extended(ScanSchema schema, bool[] chosen)
    {
        var tags = schema.Tags.ToList();
        foreach (var tag in schema.Tags.Where(t => chosen[t.Index])) tags.Add(new Tag(tags.Count, tag.Name + Suffix, tag.Device));
        return new ScanSchema(schema.Device, tags);
    }
}
