using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Http;

/// <summary>Sends a batch as one request, or as one for each record.</summary>
internal sealed class HttpSink(HttpOptions options, PluginContext context) : IParallelSink
{
    private readonly RequestMaker _requests = new(options, context.Name);
    private readonly StoredRanges _stored = new();
    private readonly ConcurrentQueue<RecordBody> _bodies = [];
    private HttpLink? _link;
    private bool _isDisposed;

    public int BatchesAtOnce => options.InFlight;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        Close();
        try
        {
            _link = new HttpLink(TlsTrust.Create(options.Tls?.Ca is { } ca ? context.PathOf(ca) : null));
        }
        catch (LinkException failure)
        {
            throw new NotConnectedException(failure.Message, failure);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (_link is null) throw new NotConnectedException($"{HttpLink.Shown(_requests.Url)} is not open: connect first");
        cancel.ThrowIfCancellationRequested();
        if (batch.Count == 0) return ValueTask.CompletedTask;
        return options.Mode == HttpMode.Single ? WriteEachAsync(_link, batch, cancel) : WriteAllAsync(_link, batch, cancel);
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Close();
        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteAllAsync(HttpLink link, RecordBatch batch, CancellationToken cancel)
    {
        var body = TakeBody();
        body.Write(batch, options.Mode == HttpMode.Lines);
        var refusal = await SendAsync(link, body, _requests.KeyOf(batch), cancel).ConfigureAwait(false);
        if (refusal is not null) throw new RejectedException(refusal, batch.Count == 1 ? [0] : null);
    }

    private async ValueTask WriteEachAsync(HttpLink link, RecordBatch batch, CancellationToken cancel)
    {
        var (next, start, reason) = (0, 0, "");
        var refused = new List<int>();
        try
        {
            for (; next < batch.Count; next++)
            {
                if (await WriteAsync(link, batch[next], cancel).ConfigureAwait(false) is not { } refusal) continue;
                _stored.Add(batch, start, next);
                if (refused.Count == 0) reason = $"record {next}: {refusal}";
                refused.Add(next);
                start = next + 1;
            }
        }
        catch (Exception)
        {
            _stored.Add(batch, start, next);
            // What is refused is told first; the rest comes again, and fails again if the trouble lasts.
            if (refused.Count == 0 || cancel.IsCancellationRequested) throw;
        }

        if (refused.Count == 0) return;
        if (refused.Count > 1) reason = $"{reason} (and {refused.Count - 1} more)";
        throw new RejectedException(reason, refused, othersAreStored: next == batch.Count);
    }

    private ValueTask<string?> WriteAsync(HttpLink link, in Record record, CancellationToken cancel)
    {
        if (_stored.Contain(record.Id)) return ValueTask.FromResult<string?>(null);
        var body = TakeBody();
        body.Write(record);
        return SendAsync(link, body, _requests.KeyOf(record.Id), cancel);
    }

    private RecordBody TakeBody() => _bodies.TryDequeue(out var body) ? body : new RecordBody();

    /// <returns>Why the far end refuses it for good; null when it is stored.</returns>
    private async ValueTask<string?> SendAsync(HttpLink link, RecordBody body, string? key, CancellationToken cancel)
    {
        using var request = _requests.Make(key, body.ToContent(options.Mode == HttpMode.Lines, options.Gzip));
        try
        {
            var answer = await link.SendAsync(request, cancel).ConfigureAwait(false);
            // Only now: a request that was given up may still be reading its body.
            _bodies.Enqueue(body);
            if (answer.IsSuccess) return null;
            var reason = $"{HttpLink.Shown(_requests.Url)} answered {answer}";
            if (Answers.IsRefusal(answer.Status, options.Retry)) return reason;
            throw answer.Pause(context.Time.GetUtcNow()) is { } pause ? new RetryAfterException(reason, pause) : new IOException(reason);
        }
        catch (LinkException failure)
        {
            throw new NotConnectedException(failure.Message, failure);
        }
    }

    private void Close()
    {
        _link?.Dispose();
        _link = null;
    }
}
