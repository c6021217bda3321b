using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Http;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Influx;

/// <summary>
/// Sends a batch as one request of line protocol. The host calls it for several batches at a time, up to <see cref="BatchesAtOnce"/>;
/// bodies are pooled, and nothing else is shared between calls. Never retries or logs.
/// </summary>
internal sealed class InfluxSink(InfluxOptions options, PluginContext context) : IParallelSink, IDiagnosableSink
{
    private readonly WriteTarget _target = new(options);
    private readonly ConcurrentQueue<BatchBody> _bodies = [];
    private HttpConnection? _link;
    private bool _isDisposed;

    public int BatchesAtOnce => options.InFlight;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        Close();
        try
        {
            var tls = TlsClientSettings.Load(options.Tls, context.PathOf, context.Time);
            var link = new HttpConnection(tls.ToOptions(), options.ProxySettings.ToProxy());
            _link = link;
            using var ping = _target.Request(HttpMethod.Get, _target.Ping);
            var answer = await link.SendAsync(ping, cancel).ConfigureAwait(false);
            if (answer.Status >= 500) throw new NotConnectedException($"{HttpConnection.FormatUrl(_target.Ping)} answered {answer}");
        }
        catch (Exception failure)
        {
            Close();
            if (failure is LinkException) throw new NotConnectedException(failure.Message, failure);
            throw;
        }
    }

    public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (_link is null) throw new NotConnectedException($"{HttpConnection.FormatUrl(_target.Write)} is not open: connect first");
        cancel.ThrowIfCancellationRequested();
        return batch.Count == 0 ? ValueTask.CompletedTask : WriteAsync(_link, batch, cancel);
    }

    public string? Endpoint => options.ProxySettings.DirectEndpoint(_target.Ping);

    public IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new ServerDiagnosis(options, _target, context).RunAsync(cancel);

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Close();
        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteAsync(HttpConnection link, RecordBatch batch, CancellationToken cancel)
    {
        if (!_bodies.TryDequeue(out var body)) body = new BatchBody(options, context);
        var empty = body.Fill(batch);
        if (!body.IsEmpty) await SendAsync(link, body, batch, cancel).ConfigureAwait(false);
        // Not in a finally block: a cancelled request may still be reading its body.
        _bodies.Enqueue(body);
        if (empty is null) return;
        throw new RejectedException(
            $"record {empty[0]} holds nothing that InfluxDB could store: no number, text or bool", empty, othersAreStored: true);
    }

    private async ValueTask SendAsync(HttpConnection link, BatchBody body, RecordBatch batch, CancellationToken cancel)
    {
        using var request = _target.Request(HttpMethod.Post, _target.Write, body.ToContent());
        try
        {
            var answer = await link.SendAsync(request, cancel).ConfigureAwait(false);
            if (answer.IsSuccess) return;
            var reason = $"{HttpConnection.FormatUrl(_target.Write)} answered {answer}";
            if (!IsAboutTheLines(answer.Status))
            {
                throw answer.Pause(context.Time.GetUtcNow()) is { } pause
                    ? new RetryAfterException(reason, pause)
                    : new IOException(reason);
            }

            // A server reports the error of one shard and nothing about the others: the other records are sent again and replace
            // themselves.
            var conflict = FieldConflict.TryParse(answer.Body);
            throw new RejectedException(reason, batch.Count == 1 ? [0] : conflict?.FindRecords(batch, body.Points, options));
        }
        catch (LinkException failure)
        {
            throw new NotConnectedException(failure.Message, failure);
        }
    }

    /// <summary>
    /// True for a response that the same request would get again: lines not understood or partly refused (400; in version 2 also 422), or
    /// a body too large (413). Anything else, such as a missing database (404) or token (401), the site has to mend while the records wait.
    /// </summary>
    private static bool IsAboutTheLines(int status) => status is 400 or 413 or 422;

    private void Close()
    {
        _link?.Dispose();
        _link = null;
    }
}
