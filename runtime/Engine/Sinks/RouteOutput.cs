using PlantRuntime.Contracts;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Format;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Sinks;

/// <summary>
/// Stores the records of one <c>To</c> or <c>Ask</c> of a recipe: once in the site's queue for all its sinks that have a queue, and once in
/// the memory of each sink without one. Created for each version of a recipe; called on the recipe's thread, one call at a time. Copies the
/// samples or the JSON and never waits for a sink. Questions are committed without waiting for more records, because answers are urgent.
/// </summary>
internal sealed class RouteOutput : IRecordOutput
{
    private readonly string _recipe;
    private readonly DiskQueue? _queue;
    private readonly RouteSet? _queued;
    private readonly SinkSupervisor[] _direct;
    private readonly bool _isQuestion;
    private readonly LeaseTerms? _lease;

    /// <param name="recipe">The recipe's file.</param>
    /// <param name="question">Name of the question; null for a <c>To</c>.</param>
    /// <param name="sinks">The sinks of the route.</param>
    /// <param name="queue">The site's queue; null if no sink of the route has one.</param>
    /// <param name="lease">Tells which records must not be sent; null if the site has no lease.</param>
    public RouteOutput(
        string recipe, string? question, IReadOnlyList<SinkSupervisor> sinks, DiskQueue? queue, LeaseTerms? lease = null)
    {
        _lease = lease;
        _recipe = QuestionRoute.From(recipe, question);
        _isQuestion = question is not null;
        _queue = queue;
        string[] queued = [.. sinks.Where(s => s.Model.Delivery == DeliveryKind.Queued).Select(s => s.Name)];
        _queued = queued.Length == 0 ? null : new RouteSet(_recipe, queued);
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
        if (_lease?.WhyNoRecords is { } reason)
        {
            if (_queued is not null) _ = _queue!.AddRejected(_queued, time, device, samples, json, reason);
            _lease.ReportRejected(_recipe, reason);
            return;
        }

        if (_queued is not null) _queue!.Add(_queued, time, device, samples, json);
        if (_isQuestion) _queue?.Flush();
        foreach (var sink in _direct) sink.AddDirect(_recipe, time, device, samples, json);
    }
}
