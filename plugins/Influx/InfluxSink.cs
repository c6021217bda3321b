using System.Net.Http.Headers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Influx.Line;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Influx;

/// <summary>Sends a batch as one request of line protocol.</summary>
internal sealed class InfluxSink(InfluxOptions options, PluginContext context) : ISink
{
    private static readonly MediaTypeHeaderValue s_lines = new("text/plain", "utf-8");
    private readonly WriteTarget _target = new(options);
    private BodyBuffer _body = new();
    private PointWriter? _points;
    private HttpLink? _link;
    private bool _isDisposed;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        Close();
        // A request that was given up may still be reading the old body.
        _body = new BodyBuffer();
        _points = new PointWriter(_body.Bytes, options, context.Site);
        try
        {
            var link = new HttpLink(TlsTrust.Create(options.Tls?.Ca is { } ca ? context.PathOf(ca) : null));
            _link = link;
            using var ping = _target.Request(HttpMethod.Get, _target.Ping);
            var answer = await link.SendAsync(ping, cancel).ConfigureAwait(false);
            if (answer.Status >= 500) throw new NotConnectedException($"{HttpLink.Shown(_target.Ping)} answered {answer}");
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
        if (_link is null || _points is null)
            throw new NotConnectedException($"{HttpLink.Shown(_target.Write)} is not open: connect first");
        cancel.ThrowIfCancellationRequested();
        Fill(batch, _points);
        return _body.Bytes.WrittenCount == 0 ? ValueTask.CompletedTask : SendAsync(_link, _points, batch, cancel);
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Close();
        return ValueTask.CompletedTask;
    }

    private void Fill(RecordBatch batch, PointWriter points)
    {
        var lines = new RecordLines(points, options.BadValues, options.Payloads);
        List<int>? empty = null;
        _body.Bytes.ResetWrittenCount();
        for (var i = 0; i < batch.Count; i++)
        {
            if (!lines.Write(batch[i])) (empty ??= []).Add(i);
        }

        if (empty is null) return;
        throw new RejectedException($"record {empty[0]} holds nothing that InfluxDB could store: no number, text or bool", empty);
    }

    private async ValueTask SendAsync(HttpLink link, PointWriter points, RecordBatch batch, CancellationToken cancel)
    {
        using var request = _target.Request(HttpMethod.Post, _target.Write, _body.ToContent(s_lines, options.Gzip));
        try
        {
            var answer = await link.SendAsync(request, cancel).ConfigureAwait(false);
            if (answer.IsSuccess) return;
            var reason = $"{HttpLink.Shown(_target.Write)} answered {answer}";
            if (!IsAboutTheLines(answer.Status)) throw new IOException(reason);
            var conflict = FieldConflict.TryParse(answer.Body);
            throw new RejectedException(reason, batch.Count == 1 ? [0] : conflict?.Culprits(batch, points, options.BadValues));
        }
        catch (LinkException failure)
        {
            throw new NotConnectedException(failure.Message, failure);
        }
    }

    /// <summary>
    /// Answers that sending the same again cannot change: lines not understood or partly refused (400; in version 2 also 422), too
    /// much at once (413). Anything else, such as a missing database (404) or token (401), is for the site to mend while the records wait.
    /// </summary>
    private static bool IsAboutTheLines(int status) => status is 400 or 413 or 422;

    private void Close()
    {
        _link?.Dispose();
        _link = null;
    }
}
