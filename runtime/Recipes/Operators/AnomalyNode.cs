using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Adds a tag for each chosen one that is TRUE where the number lies more than so many standard deviations off the mean of those before it.
/// </summary>
internal sealed class AnomalyNode : Node, IStateful
{
    /// <summary>Fewer values say nothing about how they scatter.</summary>
    public const int FewestValues = 10;

    public const string Suffix = "_anomaly";

    private readonly TagStates<Ewma> _means;
    private readonly Tag?[] _flags;
    private readonly double _sigma;
    private readonly EwmaWeight _weight;
    private readonly PlanClock _clock;

    public AnomalyNode(Schema schema, bool[] chosen, double sigma, EwmaWeight weight, PlanClock clock)
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

    public string StateForm => "anomaly 1";

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
            if (Numeric.TryTake(ref sample, out var number)) sample.Value = IsAnomaly(ref _means[index], number, Instant.Of(scan, sample));
            sample.Tag = flag;
            scan.Append(sample);
        }

        Emit(scan);
    }

    private bool IsAnomaly(ref Ewma mean, double number, in Instant at)
    {
        var isAnomaly = mean.Count >= FewestValues && Math.Abs(number - mean.Mean) > _sigma * Math.Sqrt(mean.Variance);
        mean.Add(number, at, _weight, _clock);
        return isAnomaly;
    }

    private static Schema Extended(Schema schema, bool[] chosen)
    {
        var tags = schema.Tags.ToList();
        foreach (var tag in schema.Tags.Where(t => chosen[t.Index])) tags.Add(new Tag(tags.Count, tag.Name + Suffix, tag.Device));
        return new Schema(schema.Device, tags);
    }
}
