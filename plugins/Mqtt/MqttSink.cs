using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Messages;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Publishes batches, and finishes on a new connection what broke with the old one.</summary>
internal sealed class MqttSink : ISink
{
    private readonly MqttSinkOptions _options;
    private readonly PluginContext _context;
    private readonly Broker _broker;
    private readonly MessageBuffer _messages;
    private readonly Delivery _delivery;
    private PublisherSession? _session;
    private BatchMark? _started;
    private bool _hasBrokerSession;
    private bool _isDisposed;

    public MqttSink(MqttSinkOptions options, PluginContext context)
    {
        (_options, _context) = (options, context);
        _broker = new Broker(options, "", context);
        var fallback = options.FallbackTopic is null ? null : new TopicTemplate(options.FallbackTopic);
        var topics = new TopicBook(new TopicTemplate(options.Topic), fallback, context.Site);
        _messages = new MessageBuffer(topics, options.Qos, options.Retain, options.Protocol);
        _delivery = new Delivery(options.Qos, new PacketIds());
    }

    private string Endpoint => _options.Endpoint;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(_options.Timeout, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            // 3.1.1 has no way to begin a kept session afresh but to connect for one that is not kept.
            if (_options is { Protocol: ProtocolVersion.V311, KeepsSession: true } && !_hasBrokerSession)
                await ForgetSessionAsync(either.Token).ConfigureAwait(false);
            _session = await OpenAsync(IsCleanStart(), either.Token).ConfigureAwait(false);
            _hasBrokerSession = _options.KeepsSession;
        }
        catch (LinkException e)
        {
            throw new NotConnectedException($"{Endpoint}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            var limitText = $"{_options.Timeout.TotalSeconds:0.###} s";
            throw new NotConnectedException($"{Endpoint}: no answer to the attempt to connect within {limitText}", e);
        }
    }

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        var session = _session ?? throw new NotConnectedException($"{Endpoint}: not connected");
        cancel.ThrowIfCancellationRequested();
        try
        {
            session.ThrowIfFailed();
            if (batch.Count == 0) return;
            await StartAsync(session, batch, cancel).ConfigureAwait(false);
            await session.DeliverAsync(cancel).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            if (_options.Qos == 0) _started = null;
            throw new NotConnectedException($"{Endpoint}: {e.Message}", e);
        }

        if (_delivery.Refusals.Count > 0) throw await RefusedAsync().ConfigureAwait(false);
        _started = null;
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return CloseAsync();
    }

    private bool IsCleanStart() => !_options.KeepsSession || (_options.Protocol == ProtocolVersion.V5 && !_hasBrokerSession);

    private string? ProblemOf(ConnAck ack)
    {
        if (_options.Qos > ack.MaximumQoS) return $"the broker takes QoS {ack.MaximumQoS} at most: qos = {_options.Qos} is too much";
        if (_options.Will is { } will && will.Qos > ack.MaximumQoS)
            return $"the broker takes QoS {ack.MaximumQoS} at most: the will's qos is {will.Qos}";
        return _options.Retain && !ack.RetainAvailable ? "the broker keeps no messages: retain = true is not possible" : null;
    }

    private async ValueTask ForgetSessionAsync(CancellationToken cancel)
    {
        using var link = (await _broker.ConnectAsync(cleanStart: true, cancel).ConfigureAwait(false)).Link;
        await link.SendAsync(Disconnect.Normal, cancel).ConfigureAwait(false);
    }

    private async ValueTask<PublisherSession> OpenAsync(bool cleanStart, CancellationToken cancel)
    {
        var welcome = await _broker.ConnectAsync(cleanStart, cancel).ConfigureAwait(false);
        if (ProblemOf(welcome.Ack) is { } problem)
        {
            welcome.Link.Dispose();
            throw new LinkException(problem);
        }

        _delivery.Resume(welcome.Ack.SessionPresent);
        return new PublisherSession(welcome, _delivery, _options, _context.Time);
    }

    /// <summary>Goes on with a batch that was begun, or begins it once nothing of an earlier one is on its way.</summary>
    private async ValueTask StartAsync(PublisherSession session, RecordBatch batch, CancellationToken cancel)
    {
        var mark = BatchMark.Of(batch);
        if (_started is not null && _started == mark)
        {
            await CheckSizesAsync(session.MaximumPacketSize).ConfigureAwait(false);
            _delivery.Retry();
            return;
        }

        _delivery.Abandon();
        await session.DeliverAsync(cancel).ConfigureAwait(false);
        _started = null;
        _messages.Fill(batch, session.MaximumPacketSize);
        _delivery.Begin(_messages);
        _started = mark;
    }

    private async ValueTask CheckSizesAsync(long maximumPacketSize)
    {
        try
        {
            _messages.CheckSizes(maximumPacketSize);
        }
        catch (RejectedException)
        {
            // The session would have them sent again, and break over it each time.
            await CloseAsync().ConfigureAwait(false);
            _hasBrokerSession = false;
            throw;
        }
    }

    private async ValueTask<Exception> RefusedAsync()
    {
        var refusals = _delivery.Refusals;
        var text = $"{Endpoint}: the broker refused {refusals.Count} of the messages: {refusals[0]}";
        if (refusals.Any(r => r.Reason.Refusal == RefusalKind.OutOfStep))
        {
            await CloseAsync().ConfigureAwait(false);
            _hasBrokerSession = false;
            return new NotConnectedException(text);
        }

        if (refusals.Any(r => r.Reason.Refusal == RefusalKind.TryLater)) return new IOException(text);
        _started = null;
        return new RejectedException(text, [.. refusals.Select(r => r.Record).Distinct().Order()], othersAreStored: true);
    }

    private async ValueTask CloseAsync()
    {
        var session = _session;
        _session = null;
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}
