using PlantRuntime.Contracts;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Http;

/// <summary>Sends a batch as one request, or as one for each record.</summary>
internal sealed class HttpSink(HttpOptions options, PluginContext context) : ISink
{
    private readonly RequestMaker _requests = new(options);
    private readonly SingleProgress _progress = new();
    private RecordBody _body = new();
    private HttpLink? _link;
    private bool _isDisposed;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        _link?.Dispose();
        _link = null;
        // A request that was given up may still be reading the old body.
        _body = new RecordBody();
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
        if (_isDisposed) return ValueTask.CompletedTask;
        _isDisposed = true;
        _link?.Dispose();
        _link = null;
        _progress.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteAllAsync(HttpLink link, RecordBatch batch, CancellationToken cancel)
    {
        _body.Write(batch, options.Mode == HttpMode.Lines);
        var (verdict, reason) = await SendAsync(link, batch[0].Id, cancel).ConfigureAwait(false);
        if (verdict == Verdict.Rejected) throw new RejectedException(reason, batch.Count == 1 ? [0] : null);
    }

    private async ValueTask WriteEachAsync(HttpLink link, RecordBatch batch, CancellationToken cancel)
    {
        if (_progress.IsRestOfLast(batch, _body)) return;
        _progress.Begin(batch);
        while (_progress.Next < batch.Count)
        {
            var record = batch[_progress.Next];
            _body.Write(record);
            var (verdict, reason) = await SendAsync(link, record.Id, cancel).ConfigureAwait(false);
            if (verdict == Verdict.Rejected) _progress.Rejected(reason);
            else _progress.Stored(_body.Bytes);
        }

        _progress.End();
    }

    private async ValueTask<(Verdict Verdict, string Reason)> SendAsync(HttpLink link, RecordId first, CancellationToken cancel)
    {
        using var request = _requests.Make(first, _body.ToContent(options.Mode == HttpMode.Lines, options.Gzip));
        try
        {
            var answer = await link.SendAsync(request, cancel).ConfigureAwait(false);
            var verdict = Verdicts.Of(answer.Status, options.Retry);
            var reason = verdict == Verdict.Stored ? "" : $"{HttpLink.Shown(_requests.Url)} answered {answer}";
            return verdict == Verdict.Retry ? throw new IOException(reason) : (verdict, reason);
        }
        catch (LinkException failure)
        {
            throw new NotConnectedException(failure.Message, failure);
        }
    }
}
