using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Speaks when no good scan came for an interval, and again after each further one.</summary>
internal sealed class SilentNode(Schema schema, long interval, Action<Silence> speak) : Node(schema), ITimed
{
    private DateTime _since;
    private string? _failure;

    public long Due { get; private set; } = long.MaxValue;

    public override bool IsEnd => false;

    public void Start(long now, DateTime utcNow)
    {
        Due = now + interval;
        _since = utcNow;
    }

    public override void Push(Scan scan)
    {
        _failure = scan.Failure;
        if (_failure is not null) return;
        _since = scan.Time;
        Due = scan.Timestamp + interval;
    }

    public void OnDue(long now, DateTime utcNow)
    {
        Due = now + interval;
        speak(new Silence(Schema.Device, utcNow, _since, _failure ?? "no scan came"));
    }
}
