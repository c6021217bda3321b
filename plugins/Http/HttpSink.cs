using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Http;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// Sends a batch as one request, or as one per record, and a question as one request whose response is the answer. The host calls it for
/// several batches or questions at a time, up to <see cref="BatchesAtOnce"/> of each; bodies are pooled, and nothing else is shared
/// between calls but <see cref="DeliveredRanges"/>, which has a lock. Never retries or logs.
/// </summary>
internal sealed class HttpSink(HttpOptions options, PluginContext context) : IParallelSink, IPatientSink, ILimitedSink, IAnsweringSink,
    IDiagnosableSink
{
    private readonly RequestBuilder _requests = new(options, context.Name);
    private readonly DeliveredRanges _delivered = new();
    private readonly ConcurrentQueue<RecordBody> _bodies = [];
    private HttpConnection? _link;
    private bool _isDisposed;

    public int BatchesAtOnce => options.InFlight;

    public TimeSpan CallTimeout => options.Timeout;

    public int MostRecords => options.Batch;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        Close();
        try
        {
            var tls = TlsClientSettings.Load(options.Tls, context.PathOf, context.Time);
            _link = new HttpConnection(tls.ToOptions(), options.ProxySettings.ToProxy());
        }
        catch (LinkException failure)
        {
            throw new NotConnectedException(failure.Message, failure);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        var link = OpenLink(cancel);
        if (batch.Count == 0) return ValueTask.CompletedTask;
        return options.Mode == HttpMode.Single ? WriteEachAsync(link, batch, cancel) : WriteAllAsync(link, batch, cancel);
    }

    public async ValueTask<SinkAnswer> AskAsync(Record request, CancellationToken cancel)
    {
        var link = OpenLink(cancel);
        var body = RentBody();
        body.Write(request);
        using var message = _requests.Create(_requests.KeyOf(request.Id), body);
        try
        {
            var (head, answer) = await link.AskAsync(message, IsAnswer, (int)options.MaxResponse.Bytes, cancel).ConfigureAwait(false);
            // Not in a finally block: a cancelled request may still be reading its body.
            _bodies.Enqueue(body);
            if (answer is not null) return new SinkAnswer(head.Status, answer);
            throw new RejectedException(
                IsAnswer(head.Status)
                    ? $"{HttpConnection.FormatUrl(message.RequestUri)} answered with more than max_response = {options.MaxResponse}"
                    : WhyRefused(message, head),
                [0]);
        }
        catch (LinkException failure)
        {
            throw new NotConnectedException(failure.Message, failure);
        }

        bool IsAnswer(int status) => StatusPolicy.IsAnswer(status, options);
    }

    public string? Endpoint => options.ProxySettings.DirectEndpoint(new Uri(_requests.Example));

    public IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new EndpointDiagnosis(options, _requests, context).RunAsync(cancel);

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Close();
        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteAllAsync(HttpConnection link, RecordBatch batch, CancellationToken cancel)
    {
        var body = RentBody();
        body.Write(batch, options.Mode == HttpMode.Lines);
        var refusal = await SendAsync(link, body, _requests.KeyOf(batch), cancel).ConfigureAwait(false);
        if (refusal is not null) throw new RejectedException(refusal, batch.Count == 1 ? [0] : null);
    }

    private async ValueTask WriteEachAsync(HttpConnection link, RecordBatch batch, CancellationToken cancel)
    {
        var (next, start, reason) = (0, 0, "");
        var refused = new List<int>();
        try
        {
            for (; next < batch.Count; next++)
            {
                if (await WriteAsync(link, batch[next], cancel).ConfigureAwait(false) is not { } refusal) continue;
                _delivered.Add(batch, start, next);
                if (refused.Count == 0) reason = $"record {next}: {refusal}";
                refused.Add(next);
                start = next + 1;
            }
        }
        catch (Exception)
        {
            _delivered.Add(batch, start, next);
            // Refused records are reported first; the host sends the others again, and they fail again if the cause persists.
            if (refused.Count == 0 || cancel.IsCancellationRequested) throw;
        }

        if (refused.Count == 0) return;
        if (refused.Count > 1) reason = $"{reason} (and {refused.Count - 1} more)";
        throw new RejectedException(reason, refused, othersAreStored: next == batch.Count);
    }

    private ValueTask<string?> WriteAsync(HttpConnection link, in Record record, CancellationToken cancel)
    {
        if (_delivered.Contains(record.Id)) return ValueTask.FromResult<string?>(null);
        var body = RentBody();
        body.Write(record);
        return SendAsync(link, body, _requests.KeyOf(record.Id), cancel);
    }

    private RecordBody RentBody() => _bodies.TryDequeue(out var body) ? body : new RecordBody();

    private HttpConnection OpenLink(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return _link ?? throw new NotConnectedException($"{_requests.Shown} is not open: connect first");
    }

    /// <returns>The reason why the server refuses the records permanently; null if they are stored.</returns>
    private async ValueTask<string?> SendAsync(HttpConnection link, RecordBody body, string? key, CancellationToken cancel)
    {
        HttpRequestMessage request;
        try
        {
            request = _requests.Create(key, body);
        }
        catch (RejectedException refusal)
        {
            return refusal.Message;
        }

        using (request)
        {
            try
            {
                var answer = await link.SendAsync(request, cancel).ConfigureAwait(false);
                _bodies.Enqueue(body);
                return answer.IsSuccess ? null : WhyRefused(request, answer);
            }
            catch (LinkException failure)
            {
                throw new NotConnectedException(failure.Message, failure);
            }
        }
    }

    /// <returns>The reason of a permanent refusal.</returns>
    /// <exception cref="Exception">The request is to be sent again.</exception>
    private string WhyRefused(HttpRequestMessage request, HttpResponse response)
    {
        var reason = $"{HttpConnection.FormatUrl(request.RequestUri)} answered {response}";
        if (StatusPolicy.IsRefusal(response.Status, options)) return reason;
        throw response.Pause(context.Time.GetUtcNow()) is { } pause ? new RetryAfterException(reason, pause) : new IOException(reason);
    }

    private void Close()
    {
        _link?.Dispose();
        _link = null;
    }
}
