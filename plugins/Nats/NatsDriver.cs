using System.Globalization;
using System.Runtime.CompilerServices;
using NATS.Client.Core;
using NATS.Client.JetStream;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Nats.Consuming;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Plugins.Nats.Subjects;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats;

/// <summary>
/// Reads tags from the messages of a stream through a durable consumer, and acknowledges a message when the host has stored its scans. The
/// host makes one call at a time; only <see cref="AcknowledgeAsync"/> and <see cref="DescribeAsync"/> may run while a read waits, on other
/// threads. The driver owns the session and the unacknowledged messages, which outlive it. It never reconnects by itself.
/// </summary>
internal sealed class NatsDriver : ISubscriber, IDescribed, IDiagnosable
{
    private static readonly AckOpts s_confirmed = new() { DoubleAck = true };

    private readonly NatsDriverOptions _options;
    private readonly PluginContext _context;
    private readonly NatsConnector _connector;
    private readonly ConsumerVerifier _consumer;
    private readonly IReadOnlyList<JsonPathStep>? _timePath;
    private readonly HashSet<string> _patterns = [];
    private readonly UnacknowledgedMessages _unacknowledged = new();

    // NATS.Net owns the bytes, so that only what it is asked is reported.
    private readonly WireRecorder _recorder;
    private ConsumerSession? _session;
    private long _redeliveries;
    private long _deadLetters;
    private long _lastStoredTicks;

    public NatsDriver(NatsDriverOptions options, PluginContext context)
    {
        (_options, _context) = (options, context);
        _connector = new NatsConnector(options, context);
        var name = options.Consumer ?? $"{SubjectName.ToToken(context.Site)}-{SubjectName.ToToken(context.Name)}";
        _consumer = new ConsumerVerifier(options, name.Replace('/', '_').Replace('\\', '_'));
        _recorder = context.Trace.CreateRecorder(static _ => "");
        _timePath = options.Time is null ? null : JsonPath.Parse(options.Time, out _);
    }

    public string Endpoint => _options.Endpoint;

    /// <summary>The open session.</summary>
    /// <exception cref="NotConnectedException">No connection is open.</exception>
    public ConsumerSession Session => _session ?? throw new NotConnectedException("not connected");

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var addresses = TagAddresses.Parse(tags, tag => (NatsAddress.Parse(tag, out var problem)!, problem));
        _patterns.UnionWith(addresses.Select(a => a.Pattern));
        return new NatsReader(this, new SubjectReader(addresses, _timePath, _context));
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        NatsSession? connection = null;
        try
        {
            if (_recorder.IsOn) _recorder.Note(true, $"connect to {_options.Endpoint}, login hidden", 0);
            connection = await _connector.OpenAsync(cancel).ConfigureAwait(false);
            if (_recorder.IsOn) _recorder.Note(false, $"nats-server {connection.Server.Version} at {connection.Address}", 0);
            using var limit = new CancellationTokenSource(_options.Timeout, _context.Time);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token, connection.Lost);
            var consumer = await _consumer.EnsureAsync(connection.JetStream, _patterns, any.Token).ConfigureAwait(false);
            _unacknowledged.Restart();
            _session = new ConsumerSession(connection, consumer, _options.MaxInFlight);
        }
        catch (Exception e) when (e is LinkException or NatsException or OperationCanceledException)
        {
            if (_recorder.IsOn) _recorder.Note(false, e.Message, 0);
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            throw new NotConnectedException(
                e is OperationCanceledException ? "JetStream does not answer" : NatsErrors.Describe(e), e);
        }
    }

    /// <summary>Reads messages until one of them has a value of a tag. Called by <see cref="NatsReader"/>.</summary>
    public async ValueTask ReadAsync(ConsumerSession session, SubjectReader payloads, ScanBuffer into, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var message = await session.NextAsync(cancel).ConfigureAwait(false);
                if (message.Metadata is not { } metadata || await IsHandledAsync(message, metadata, cancel).ConfigureAwait(false)) continue;
                Volatile.Write(ref _lastStoredTicks, metadata.Timestamp.UtcTicks);
                var scans = payloads.Fill(message, metadata, into);
                _unacknowledged.Add(message, metadata.Sequence.Stream, scans);
                if (scans > 0) return;

                // The host acknowledges scans only. Such a message is of no use, so a lost acknowledgement does no harm.
                using var any = UntilLost(cancel);
                foreach (var (unused, sequence) in _unacknowledged.TakeStored(0))
                {
                    await unused.AckAsync(cancellationToken: any.Token).ConfigureAwait(false);
                    _unacknowledged.Confirm(sequence);
                }
            }
        }
        catch (Exception e) when (e is LinkException || IsLost(e, cancel))
        {
            await CloseAsync().ConfigureAwait(false);
            throw new NotConnectedException(NatsErrors.Describe(e), e);
        }
    }

    public async ValueTask AcknowledgeAsync(long scans, CancellationToken cancel)
    {
        // This also runs without a connection, so that a stored message is recognized when it is delivered again.
        var stored = _unacknowledged.TakeStored(scans);

        using var any = UntilLost(cancel);
        try
        {
            await ConfirmAsync(stored, any.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsLost(e, cancel))
        {
            throw new NotConnectedException(NatsErrors.Describe(e), e);
        }
    }

    public async ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel)
    {
        var session = Session;
        using var any = UntilLost(cancel);
        try
        {
            var found = await _consumer.FindAsync(session.Connection.JetStream, any.Token).ConfigureAwait(false);
            if (found is null) return [new DeviceProperty("consumer", "deleted", IsWrong: true)];
            var last = Volatile.Read(ref _lastStoredTicks);
            var lag = found.Info.NumPending == 0 || last == 0
                ? TimeSpan.Zero : _context.Time.GetUtcNow() - new DateTimeOffset(last, TimeSpan.Zero);
            return
            [
                new DeviceProperty("server", $"{session.Connection.Address}, nats-server {session.Connection.Server.Version}"),
                new DeviceProperty("backlog", Text((long)found.Info.NumPending)),
                new DeviceProperty("lag", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, lag.TotalSeconds):0} s")),
                new DeviceProperty("unacknowledged", Text(found.Info.NumAckPending)),
                new DeviceProperty("redelivered", Text(Volatile.Read(ref _redeliveries))),
                new DeviceProperty("dead_letters", Text(Volatile.Read(ref _deadLetters)), IsWrong: Volatile.Read(ref _deadLetters) > 0),
            ];
        }
        catch (Exception e) when (IsLost(e, cancel))
        {
            throw new NotConnectedException(NatsErrors.Describe(e), e);
        }
    }

    public async IAsyncEnumerable<DiagnosisStep> DiagnoseAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var (connection, step) = await NatsSinkDiagnosis.ConnectAsync(_connector, _options, cancel).ConfigureAwait(false);
        yield return step;
        if (connection is null) yield break;
        await using (connection) yield return await CheckConsumerAsync(connection, cancel).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => CloseAsync();

    // A connection that is closed meanwhile ends its requests in all these ways.
    private static bool IsLost(Exception e, CancellationToken cancel) =>
        e is NatsException or ObjectDisposedException || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    /// <summary>
    /// Returns a token that also ends with the connection. The library would otherwise wait for a connection that does not come back.
    /// </summary>
    private CancellationTokenSource UntilLost(CancellationToken cancel) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancel, Session.Connection.Lost);

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns true for a message that must not be read: it was read before, or is delivered too often.</summary>
    private async ValueTask<bool> IsHandledAsync(INatsJSMsg<byte[]> message, NatsJSMsgMetadata metadata, CancellationToken cancel)
    {
        if (metadata.NumDelivered > 1) Interlocked.Increment(ref _redeliveries);
        var sequence = metadata.Sequence.Stream;
        if (_recorder.IsOn)
        {
            var size = message.Data?.Length ?? 0;
            _recorder.Note(false, $"message {sequence} of {message.Subject}, {size} bytes, delivery {metadata.NumDelivered}", null);
        }

        var delivery = _unacknowledged.Classify(sequence);
        if (delivery == Delivery.Read) return true;
        if (delivery == Delivery.Stored)
        {
            using var confirming = UntilLost(cancel);
            await ConfirmAsync([(message, sequence)], confirming.Token).ConfigureAwait(false);
            return true;
        }

        if (_options.MaxDeliver is not { } limit || metadata.NumDelivered <= (ulong)limit) return false;
        using var any = UntilLost(cancel);
        var headers = new NatsHeaders
        {
            ["Nats-Msg-Id"] = string.Create(CultureInfo.InvariantCulture, $"{_options.Stream}-{sequence}"),
            ["Plant-Subject"] = message.Subject,
        };
        var ack = await Session.Connection.JetStream.PublishAsync(_options.DeadLetterSubject!, message.Data,
            NatsRawSerializer<byte[]>.Default, headers: headers, cancellationToken: any.Token).ConfigureAwait(false);
        ack.EnsureSuccess();
        await ConfirmAsync([(message, sequence)], any.Token).ConfigureAwait(false);
        Interlocked.Increment(ref _deadLetters);
        _context.Log.Warn($"message {sequence} of stream {_options.Stream} was delivered {limit} times and is a dead letter now");
        return true;
    }

    /// <summary>
    /// Acknowledges messages of one connection and returns when the server has confirmed the last acknowledgement. It handles those of a
    /// connection in their order, so it has handled all.
    /// </summary>
    private async Task ConfirmAsync(IReadOnlyList<(INatsJSMsg<byte[]> Message, ulong Sequence)> messages, CancellationToken cancel)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            var (message, sequence) = messages[i];
            if (_recorder.IsOn) _recorder.Note(true, $"acknowledge message {sequence}", (long)sequence);
            await message.AckAsync(i == messages.Count - 1 ? s_confirmed : null, cancel).ConfigureAwait(false);
        }

        foreach (var (_, sequence) in messages)
        {
            if (_recorder.IsOn) _recorder.Note(false, $"the acknowledgement of message {sequence} is stored", (long)sequence);
            _unacknowledged.Confirm(sequence);
        }
    }

    private async ValueTask<DiagnosisStep> CheckConsumerAsync(NatsSession connection, CancellationToken cancel)
    {
        try
        {
            var found = await _consumer.FindAsync(connection.JetStream, cancel).ConfigureAwait(false);
            if (found is null)
            {
                var stream = await connection.JetStream.GetStreamAsync(_options.Stream, cancellationToken: cancel).ConfigureAwait(false);
                return new DiagnosisStep("consumer", true,
                    $"stream {_options.Stream} has {stream.Info.State.Messages} messages; the first connect creates the consumer");
            }

            return _consumer.Compare(found.Info.Config, _patterns) is { } problem
                ? new DiagnosisStep("consumer", false, problem)
                : new DiagnosisStep("consumer", true, $"{found.Info.Name} has {found.Info.NumPending} messages to deliver");
        }
        catch (NatsException e)
        {
            return new DiagnosisStep("consumer", false, NatsErrors.Describe(e), "check stream and consumer in site.toml");
        }
    }

    private async ValueTask CloseAsync()
    {
        var session = _session;
        _session = null;
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}
