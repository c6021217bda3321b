using NATS.Client.Core;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Publishing;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Plugins.Nats.Streams;
using PlantRuntime.Plugins.Nats.Subjects;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats;

/// <summary>
/// Publishes batches. After a failure it continues the same batch with what is not acknowledged; the stream ignores what it has stored
/// already. The host makes one call at a time; not thread-safe. The sink owns its session, and the messages, which outlive the session. It
/// never reconnects or retries by itself.
/// </summary>
internal sealed class NatsSink : IDiagnosableSink
{
    private readonly NatsSinkOptions _options;
    private readonly PluginContext _context;
    private readonly NatsConnector _connector;
    private readonly StreamVerifier? _stream;
    private readonly MessageList _messages;
    private NatsSession? _session;
    private StreamPublisher? _publisher;
    private bool _isDisposed;
    private bool _isSubjectLogged;

    public NatsSink(NatsSinkOptions options, PluginContext context)
    {
        (_options, _context) = (options, context);
        _connector = new NatsConnector(options, context);
        var subject = new SubjectTemplate(options.Subject);
        var fallback = options.FallbackSubject is null ? null : new SubjectTemplate(options.FallbackSubject);
        _messages = new MessageList(new SubjectCache(subject, fallback, context.Site));
        string[] patterns = fallback is null ? [subject.Pattern] : [subject.Pattern, fallback.Pattern];
        _stream = options.Stream is null ? null : new StreamVerifier(options.Stream, [.. patterns.Distinct()]);
    }

    /// <summary>Host and port of the first server.</summary>
    public string Endpoint => _options.Endpoint;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        try
        {
            _session = await _connector.OpenAsync(cancel).ConfigureAwait(false);
            using var limit = new CancellationTokenSource(_options.Timeout, _context.Time);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token, _session.Lost);
            if (_stream is not null) await _stream.EnsureAsync(_session.JetStream, any.Token).ConfigureAwait(false);
            _publisher = await StreamPublisher.CreateAsync(_session, _options, _context.Time, any.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinkException or NatsException or OperationCanceledException)
        {
            var endpoint = _session?.Address.ToString() is { } address ? $"{address}: " : "";
            await CloseAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            var reason = e is OperationCanceledException
                ? $"JetStream does not answer within {_options.Timeout.TotalSeconds:0.###} s" : NatsErrors.Describe(e);
            throw new NotConnectedException($"{endpoint}{reason}", e);
        }

        LogSubject();
    }

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        var (session, publisher) = _session is { } s && _publisher is { } p ? (s, p)
            : throw new NotConnectedException($"{Endpoint}: not connected");
        cancel.ThrowIfCancellationRequested();
        if (batch.Count == 0) return;
        try
        {
            session.ThrowIfLost();
            _messages.Begin(batch);
            await publisher.DeliverAsync(_messages, cancel).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new NotConnectedException($"{session.Address}: {e.Message}", e);
        }

        var refused = _messages.Refused;
        _messages.End();
        if (refused.Count == 0) return;
        var areOthersStored = !Array.Exists(
            _messages.Messages.ToArray(), m => m.Step != DeliveryStep.Done && !refused.ContainsKey(m.Record));
        throw new RejectedException($"{session.Address}: {refused.First().Value}", [.. refused.Keys], areOthersStored);
    }

    public IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new NatsSinkDiagnosis(_options, _connector, _stream, _context.Time).RunAsync(cancel);

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return CloseAsync();
    }

    // Once: variables of the environment and their defaults decide the subject, so site.toml alone does not show it.
    private void LogSubject()
    {
        if (_isSubjectLogged) return;
        _isSubjectLogged = true;
        _context.Log.Info($"SUBJECT subject={_options.Subject}");
    }

    private async ValueTask CloseAsync()
    {
        var session = _session;
        (_session, _publisher) = (null, null);
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}
