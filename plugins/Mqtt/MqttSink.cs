using System.Runtime.InteropServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Topics;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>
/// Publishes batches to a broker. After a broken connection it continues the unfinished batch on the next one. The host makes one call at a
/// time; not thread-safe. The sink owns its <see cref="PublisherSession"/>, and the messages in delivery, which outlive the session. It
/// never reconnects or retries by itself.
/// </summary>
internal sealed class MqttSink : IDiagnosableSink
{
    private readonly MqttSinkOptions _options;
    private readonly PluginContext _context;
    private readonly BrokerConnector _connector;
    private readonly MessageBuffer _messages;
    private readonly OutgoingMessages _outgoing;
    // The records of the batch in _messages, and those of them that were given up and rejected already.
    private readonly List<RecordId> _records = [];
    private readonly HashSet<RecordId> _givenUp = [];
    private PublisherSession? _session;
    private BatchIdentity? _current;
    private bool _hasBrokerSession;
    private bool _isDisposed;
    private bool _isTopicLogged;

    public MqttSink(MqttSinkOptions options, PluginContext context)
    {
        (_options, _context) = (options, context);
        _connector = new BrokerConnector(options, "", context);
        var fallback = options.FallbackTopic is null ? null : new TopicTemplate(options.FallbackTopic);
        var topics = new TopicCache(new TopicTemplate(options.Topic), fallback, context.Site);
        _messages = new MessageBuffer(topics, options.Qos, options.Retain, options.Protocol);
        _outgoing = new OutgoingMessages(options.Qos, new PacketIds());
    }

    /// <summary>Host and port of the broker.</summary>
    public string Endpoint => _options.Endpoint;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(_options.Timeout, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            // MQTT 3.1.1 can clear a kept session only by connecting once with a clean session.
            if (_options is { Protocol: ProtocolVersion.V311, KeepsSession: true } && !_hasBrokerSession)
                await ClearBrokerSessionAsync(either.Token).ConfigureAwait(false);
            _session = await OpenAsync(IsCleanStart(), either.Token).ConfigureAwait(false);
            _hasBrokerSession = _options.KeepsSession;
            LogTopic();
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
            await BeginOrContinueAsync(session, batch, cancel).ConfigureAwait(false);
            await session.DeliverAsync(cancel).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            if (_options.Qos == 0) _current = null;
            if (session.IsClosedByBroker && _outgoing.NoteClosing() is { } givenUp && FindRecord(batch, givenUp.Record) is { } record)
            {
                _givenUp.Add(batch[record].Id);
                throw new RejectedException($"{Endpoint}: {givenUp.ReasonString}", [record]);
            }

            throw new NotConnectedException($"{Endpoint}: {e.Message}", e);
        }

        if (_outgoing.Refusals.Count > 0) throw await CreateRefusalErrorAsync(batch).ConfigureAwait(false);
        _current = null;
    }

    public IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new PublisherDiagnosis(_options, _context).RunAsync(cancel);

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return CloseAsync();
    }

    // Once: variables of the environment and their defaults decide the topic, so site.toml alone does not show it.
    private void LogTopic()
    {
        if (_isTopicLogged) return;
        _isTopicLogged = true;
        _context.Log.Info($"TOPIC topic={_options.Topic}");
    }

    private bool IsCleanStart() => !_options.KeepsSession || (_options.Protocol == ProtocolVersion.V5 && !_hasBrokerSession);

    private string? WhyUnsuitable(ConnAckPacket ack)
    {
        if (_options.Qos > ack.MaximumQoS) return $"the broker accepts QoS {ack.MaximumQoS} at most, and qos is {_options.Qos}: lower qos";
        if (_options.Will is { } will && will.Qos > ack.MaximumQoS)
            return $"the broker accepts QoS {ack.MaximumQoS} at most, and the will's qos is {will.Qos}: lower it";
        return _options.Retain && !ack.RetainAvailable ? "the broker does not retain messages: remove retain = true" : null;
    }

    private async ValueTask ClearBrokerSessionAsync(CancellationToken cancel)
    {
        using var link = (await _connector.ConnectAsync(cleanStart: true, cancel).ConfigureAwait(false)).Connection;
        await link.SendAsync(DisconnectPacket.Normal, cancel).ConfigureAwait(false);
    }

    private async ValueTask<PublisherSession> OpenAsync(bool cleanStart, CancellationToken cancel)
    {
        var accepted = await _connector.ConnectAsync(cleanStart, cancel).ConfigureAwait(false);
        if (WhyUnsuitable(accepted.Ack) is { } problem)
        {
            accepted.Connection.Dispose();
            throw new LinkException(problem);
        }

        _outgoing.Resume(accepted.Ack.SessionPresent);
        return new PublisherSession(accepted, _outgoing, _options, _context.Time);
    }

    /// <summary>
    /// Continues the batch that is already in progress, or finishes the messages in flight of an earlier batch and begins this one.
    /// </summary>
    private async ValueTask BeginOrContinueAsync(PublisherSession session, RecordBatch batch, CancellationToken cancel)
    {
        var identity = BatchIdentity.From(batch);
        if (identity is not null && (_current == identity || IsRest(batch)))
        {
            _current = identity;
            if (_givenUp.Count == 0) await ThrowIfTooLongAsync(session.MaximumPacketSize).ConfigureAwait(false);
            _outgoing.RetryRefused();
            return;
        }

        _outgoing.Abandon();
        await session.DeliverAsync(cancel).ConfigureAwait(false);
        _current = null;
        _messages.Fill(batch, session.MaximumPacketSize);
        _outgoing.Begin(_messages);
        NoteRecords(batch);
        _current = identity;
    }

    private async ValueTask ThrowIfTooLongAsync(long maximumPacketSize)
    {
        try
        {
            _messages.ThrowIfTooLong(maximumPacketSize);
        }
        catch (RejectedException)
        {
            // A resumed session would resend these messages and break the connection each time.
            await CloseAsync().ConfigureAwait(false);
            _hasBrokerSession = false;
            throw;
        }
    }

    private void NoteRecords(RecordBatch batch)
    {
        _givenUp.Clear();
        _records.Clear();
        for (var i = 0; i < batch.Count; i++) _records.Add(batch[i].Id);
    }

    /// <summary>True if a batch is the current one without the records that were given up: its delivery continues.</summary>
    private bool IsRest(RecordBatch batch)
    {
        if (_current is null || _givenUp.Count == 0 || batch.Count != _records.Count - _givenUp.Count) return false;
        var next = 0;
        foreach (var record in _records)
        {
            if (_givenUp.Contains(record)) continue;
            if (batch[next++].Id != record) return false;
        }

        return true;
    }

    /// <summary>Returns the index in a batch of a record of the current messages, or null when the batch does not contain it.</summary>
    private int? FindRecord(RecordBatch batch, int record)
    {
        if (record >= _records.Count) return null;
        if (record < batch.Count && batch[record].Id == _records[record]) return record;
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Id == _records[record]) return i;
        }

        return null;
    }

    private async ValueTask<Exception> CreateRefusalErrorAsync(RecordBatch batch)
    {
        var refusals = _outgoing.Refusals;
        var text = $"{Endpoint}: the broker refused {refusals.Count} of the messages: {refusals[0]}";
        if (refusals.Any(r => r.Reason.Refusal == RefusalKind.OutOfSync))
        {
            await CloseAsync().ConfigureAwait(false);
            _hasBrokerSession = false;
            return new NotConnectedException(text);
        }

        if (refusals.Any(r => r.Reason.Refusal == RefusalKind.Retryable)) return new IOException(text);
        _current = null;
        int[] records = [.. refusals.Select(r => FindRecord(batch, r.Record) ?? r.Record).Distinct().Order()];
        return new RejectedException(text, records, othersAreStored: true);
    }

    private async ValueTask CloseAsync()
    {
        var session = _session;
        _session = null;
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>
/// Identifies a batch, so that a retry of the same batch is recognized. Record ids rise, so the two ends and the length are enough.
/// </summary>
/// <param name="First">Id of the first record.</param>
/// <param name="Last">Id of the last record.</param>
/// <param name="Count">Number of records.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BatchIdentity(RecordId First, RecordId Last, int Count)
{
    /// <summary>Returns null for a batch that does not come from a queue: such a batch is always new.</summary>
    public static BatchIdentity? From(RecordBatch batch) =>
        batch.Queue == Guid.Empty ? null : new(batch[0].Id, batch[batch.Count - 1].Id, batch.Count);
}
