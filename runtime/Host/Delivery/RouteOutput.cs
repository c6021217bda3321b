using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Delivery.Queue.Format;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Delivery;

/// <summary>One <c>To</c> of a recipe: a record is stored once for all its sinks that have a queue.</summary>
internal sealed class RouteOutput : IRecordOutput
{
    private readonly string _recipe;
    private readonly SiteQueue? _queue;
    private readonly RouteSet? _queued;
    private readonly SinkRunner[] _direct;

    public RouteOutput(string recipe, IReadOnlyList<SinkRunner> sinks, SiteQueue? queue)
    {
        _recipe = recipe;
        _queue = queue;
        string[] queued = [.. sinks.Where(s => s.Model.Delivery == DeliveryKind.Queued).Select(s => s.Name)];
        _queued = queued.Length == 0 ? null : new RouteSet(recipe, queued);
        _direct = [.. sinks.Where(s => s.Model.Delivery == DeliveryKind.Direct)];
    }

    public bool IsBlocked => _queued is not null && _queue!.IsBlocked(_queued);

    public void WhenStored(Action done)
    {
        var waiting = 1 + _direct.Length;
        foreach (var sink in _direct) sink.WhenDirectStored(One);
        if (_queued is null) One();
        else _queue!.WhenCommitted(One);

        void One()
        {
            if (Interlocked.Decrement(ref waiting) == 0) done();
        }
    }

    public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples) => Write(time, device, samples, default);

    public void Write(DateTime time, string device, ReadOnlySpan<byte> json) => Write(time, device, default, json);

    private void Write(DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (samples.IsEmpty && json.IsEmpty) return;
        if (_queued is not null) _queue!.Add(_queued, time, device, samples, json);
        foreach (var sink in _direct) sink.AddDirect(_recipe, time, device, samples, json);
    }
}
