using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>One broker as a device: subscribes to its tags' topics, and acknowledges messages when the host has stored them.</summary>
internal sealed class MqttDriver(MqttDriverOptions options, PluginContext context) : ISubscriber
{
    private const int NamedReaders = 3;

    private readonly Broker _broker = new(options, "-in", context);
    private readonly IReadOnlyList<PathStep>? _time = options.Time is null ? null : JsonPath.Parse(options.Time, out _);
    private readonly List<Subscription> _subscriptions = [];
    // A broker of 3.1.1 cannot be told, and has no more ids than these.
    private readonly Receipts _receipts = new(options.Protocol == Wire.ProtocolVersion.V5 ? options.MaxInFlightOrDefault : ushort.MaxValue);
    private SubscriberSession? _session;
    private bool _isKnown;

    public string Endpoint => options.Endpoint;

    /// <summary>What is to be subscribed to; only grows.</summary>
    public IReadOnlyList<Subscription> Subscriptions => _subscriptions;

    /// <summary>The connection.</summary>
    /// <exception cref="NotConnectedException">There is none.</exception>
    public SubscriberSession Session => _session ?? throw new NotConnectedException("not connected");

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var problems = new List<AddressProblem>();
        var addresses = new List<MqttAddress>();
        foreach (var tag in tags)
        {
            if (MqttAddressParser.Parse(tag, out var problem) is { } address) addresses.Add(address);
            else problems.Add(problem!);
        }

        if (problems.Count > 0) throw new AddressException(problems);
        foreach (var filter in tags.Zip(addresses).GroupBy(t => t.Second.Filter, t => t.First.Name))
        {
            if (_subscriptions.Exists(s => s.Filter == filter.Key)) continue;
            var more = filter.Count() > NamedReaders ? " and others" : "";
            _subscriptions.Add(new Subscription(filter.Key, string.Join(", ", filter.Take(NamedReaders)) + more));
        }

        return new MqttReader(this, new PayloadReader(addresses, _time, context.Log));
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        try
        {
            var welcome = await _broker.ConnectAsync(cleanStart: !options.KeepsSession, cancel).ConfigureAwait(false);
            var isPresent = welcome.Ack.SessionPresent;
            if (_isKnown && options.KeepsSession && !isPresent)
                context.Log.Warn("the broker has forgotten the session: what came in between is lost");
            _receipts.Resume(isPresent);
            _session = new SubscriberSession(welcome, _receipts, options, context);
            await _session.SubscribeAsync(_subscriptions, cancel).ConfigureAwait(false);
            await _session.UntilSubscribedAsync(cancel).ConfigureAwait(false);
            _isKnown = true;
        }
        catch (LinkException e)
        {
            throw await LostAsync(e).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new NotConnectedException("no answer to the attempt to connect", e);
        }
    }

    public async ValueTask AcknowledgeAsync(long scans, CancellationToken cancel)
    {
        // Even without a connection: of QoS 2 it is then known on the next that the message is stored.
        _receipts.Acknowledge(scans);
        try
        {
            await Session.AnswerAsync(cancel).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            throw new NotConnectedException(e.Message, e);
        }
    }

    /// <summary>Drops the connection, of which nothing more can be expected.</summary>
    public async ValueTask<NotConnectedException> LostAsync(LinkException reason)
    {
        await CloseAsync().ConfigureAwait(false);
        return new NotConnectedException(reason.Message, reason);
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask CloseAsync()
    {
        var session = _session;
        _session = null;
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}
