using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>
/// Reads tags from the messages of one broker: subscribes to the topics of its tags and acknowledges a message when the host has stored its
/// scan. The host makes one call at a time; only <see cref="AcknowledgeAsync"/> may run while a read waits, on another thread. The driver
/// owns the session and the acknowledgements, which outlive it. Between calls only the session's keep-alive timer runs. The driver never
/// reconnects by itself.
/// </summary>
internal sealed class MqttDriver(MqttDriverOptions options, PluginContext context) : ISubscriber, IDiagnosable
{
    private const int MaxNamedReaders = 3;

    private readonly BrokerConnector _connector = new(options, "-in", context);
    private readonly IReadOnlyList<JsonPathStep>? _timePath = options.Time is null ? null : JsonPath.Parse(options.Time, out _);
    private readonly List<TopicSubscription> _subscriptions = [];
    // CONNECT of MQTT 3.1.1 has no receive maximum, so the number of packet ids is the only limit.
    private readonly IncomingAcks _acks = new(options.Protocol == Wire.ProtocolVersion.V5 ? options.MaxInFlightOrDefault : ushort.MaxValue);
    private SubscriberSession? _session;
    private bool _hasConnectedBefore;

    public string Endpoint => options.Endpoint;

    /// <summary>The topic filters of all prepared tags; the list only grows. Also used by <see cref="MqttReader"/>.</summary>
    public IReadOnlyList<TopicSubscription> Subscriptions => _subscriptions;

    /// <summary>The open connection.</summary>
    /// <exception cref="NotConnectedException">No connection is open.</exception>
    public SubscriberSession Session => _session ?? throw new NotConnectedException("not connected");

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var addresses = TagAddresses.Parse(tags, tag => (MqttAddress.Parse(tag, out var problem)!, problem));
        foreach (var filter in tags.Zip(addresses).GroupBy(t => t.Second.Filter, t => t.First.Name))
        {
            if (_subscriptions.Exists(s => s.Filter == filter.Key)) continue;
            var others = filter.Count() > MaxNamedReaders ? " and others" : "";
            _subscriptions.Add(new TopicSubscription(filter.Key, string.Join(", ", filter.Take(MaxNamedReaders)) + others));
        }

        return new MqttReader(this, new MessageReader(addresses, _timePath, context.TimeZone, context.Log));
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        try
        {
            var accepted = await _connector.ConnectAsync(cleanStart: !options.KeepsSession, cancel).ConfigureAwait(false);
            var isPresent = accepted.Ack.SessionPresent;
            if (_hasConnectedBefore && options.KeepsSession && !isPresent)
                context.Log.Warn("the broker no longer has the session: messages published since the connection broke are lost");
            _acks.Resume(isPresent);
            _session = new SubscriberSession(accepted, _acks, options, context);
            await _session.SubscribeAsync(_subscriptions, cancel).ConfigureAwait(false);
            await _session.WaitForSubAcksAsync(cancel).ConfigureAwait(false);
            _hasConnectedBefore = true;
        }
        catch (LinkException e)
        {
            throw await DropConnectionAsync(e).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new NotConnectedException("no answer to the attempt to connect", e);
        }
    }

    public IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new BrokerDiagnosis(options, _connector, context.Time).RunAsync(cancel);

    public async ValueTask AcknowledgeAsync(long scans, CancellationToken cancel)
    {
        // This also runs without a connection, so that a stored message of QoS 2 is recognized on the next connection.
        _acks.Acknowledge(scans);
        try
        {
            await Session.SendAcksAsync(cancel).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            throw new NotConnectedException(e.Message, e);
        }
    }

    /// <summary>Closes the connection after a failure and returns the exception to throw.</summary>
    public async ValueTask<NotConnectedException> DropConnectionAsync(LinkException reason)
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
