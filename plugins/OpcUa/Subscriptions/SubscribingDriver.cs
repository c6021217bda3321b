using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Session;

namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>
/// A server that sends changes: one subscription for each rate of the tags. Subscriptions outlive a lost connection; values that the server
/// kept meanwhile are fetched. Writing, browsing and describing may run while a read waits.
/// </summary>
internal sealed class SubscribingDriver : OpcUaDriver, ISubscriber
{
    public SubscribingDriver(OpcUaOptions options, PluginContext context)
        : base(options, context)
    {
        Manager = new SubscriptionManager(context.Time, context.Log, options.KeepAlive);
        Maintenance = new SubscriptionMaintenance(Manager, this, options, context.Time);
    }

    public SubscriptionManager Manager { get; }

    public SubscriptionMaintenance Maintenance { get; }

    public override IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var reader = new SubscribingReader(this, tags, Parse(tags));
        var rates = Enumerable.Range(0, tags.Count).GroupBy(tag => tags[tag].Poll ?? Options.Publish);
        Manager.Add(reader, rates.Select(rate => new ServerSubscription(reader, rate.Key, [.. rate])));
        return reader;
    }

    public IReader PrepareReads(IReadOnlyList<TagDefinition> tags) => base.Prepare(tags);

    public ValueTask AcknowledgeAsync(long scans, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _ = Session;
        Manager.Stored(scans);
        return default;
    }

    public override ValueTask DisposeAsync()
    {
        Manager.Dispose();
        return base.DisposeAsync();
    }

    protected override ValueTask StartAsync(UaSession session, CancellationToken cancel)
    {
        session.Connection.Failed = _ => Manager.WakeReaders();
        return Maintenance.ResumeAsync(session, cancel);
    }
}
