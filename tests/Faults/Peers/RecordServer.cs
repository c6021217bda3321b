using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Oracle;

namespace PlantRuntime.Faults.Peers;

/// <summary>A web server that records posted samples. The scenario starts and stops it on one port and chooses its answers.</summary>
internal sealed class RecordServer(Arrivals arrivals, int port = 0) : IAsyncDisposable
{
    private WebApplication? _app;

    public int Port { get; } = port == 0 ? ClosedPort.Find() : port;

    public string Url => $"http://127.0.0.1:{Port}/records";

    /// <summary>Requests so far.</summary>
    public long Requests { get; private set; }

    /// <summary>Chooses status and Retry-After seconds by the body. Bodies with a status below 300 are recorded.</summary>
    public Func<string, (int Status, int? RetryAfter)> Answer { get; set; } = _ => (204, null);

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.Limits.MaxRequestBodySize = null;
            o.ListenLocalhost(Port, l => l.Protocols = HttpProtocols.Http1);
        });
        _app = builder.Build();
        _app.Run(ServeAsync);
        await _app.StartAsync().ConfigureAwait(false);
    }

    public async Task StopAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app!.StopAsync(atOnce.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await StopAsync().ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false);
        var (status, retryAfter) = Judge(body);
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = $"{seconds}";
    }

    private (int Status, int? RetryAfter) Judge(string body)
    {
        lock (arrivals)
        {
            Requests++;
            var answer = Answer(body);
            if (answer.Status < 300) arrivals.Add(body);
            return answer;
        }
    }
}
