using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Answers <c>GET /health</c> by HTTP/1.1 with one JSON object, for load balancers and container hosts: status 200 with <c>ok</c>,
/// <c>degraded</c> (a device or sink does not work) or <c>standby</c>, or 503 with <c>failed</c> when the queue cannot store records.
/// Started by <c>plant run</c>, which disposes of it. One request per connection, at most 16 connections, each for 5 s; changes nothing in
/// the host.
/// </summary>
/// <param name="address">Address and port.</param>
/// <param name="read">Returns the state of the host; any thread.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives problems.</param>
internal sealed class HealthServer(IPEndPoint address, Func<HostHealth> read, TimeProvider time, PlantLog log) : IAsyncDisposable
{
    private const int MaxConnections = 16;
    private const int MaxHead = 8192;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);
    private readonly TcpListener _listener = new(address);
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _room = new(MaxConnections);
    private Task _accepting = Task.CompletedTask;

    /// <summary>The port, also when 0 was given.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Begins to listen; a port that is taken is logged, and the host runs without it.</summary>
    public void Start()
    {
        try
        {
            _listener.Start();
        }
        catch (SocketException exception)
        {
            log.Error($"HEALTH address={address} reason=\"{exception.Message}\" next=\"the host runs without it: correct health in [site] and restart\"");
            return;
        }

        log.Info($"HEALTH address={_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await _room.WaitAsync(_end.Token).ConfigureAwait(false);
            try
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_end.Token).ConfigureAwait(false));
            }
            catch (SocketException)
            {
                // The client was gone before it was accepted, or the host has no file handles: the next attempt follows.
                _room.Release();
                await Task.Delay(TimeSpan.FromSeconds(0.1), time, _end.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var limit = new CancellationTokenSource(s_limit, time);
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
            using var stream = new NetworkStream(socket, ownsSocket: true);
            if (await ReadRequestAsync(stream, cancel.Token).ConfigureAwait(false) is not { } request) return;
            await stream.WriteAsync(Respond(request), cancel.Token).ConfigureAwait(false);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // The client is gone or too slow.
        }
        finally
        {
            _room.Release();
        }
    }

    /// <returns>The request line; null if the connection ended or the head is too long.</returns>
    private static async Task<string?> ReadRequestAsync(Stream stream, CancellationToken cancel)
    {
        var head = new byte[MaxHead];
        for (var length = 0; length < head.Length;)
        {
            var read = await stream.ReadAsync(head.AsMemory(length), cancel).ConfigureAwait(false);
            if (read == 0) return null;
            length += read;
            if (head.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
                return Encoding.ASCII.GetString(head, 0, head.AsSpan(0, length).IndexOf("\r\n"u8));
        }

        return null;
    }

    private byte[] Respond(string request)
    {
        var words = request.Split(' ');
        if (words is not [var method, var target, var version] || !version.StartsWith("HTTP/1.", StringComparison.Ordinal))
            return Response("400 Bad Request", "", "", isHead: false);
        if (method is not ("GET" or "HEAD")) return Response("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "", isHead: false);
        if (target.Split('?')[0] is not ("/health" or "/")) return Response("404 Not Found", "", "", method == "HEAD");
        var health = read();
        return Response(health.Status == "failed" ? "503 Service Unavailable" : "200 OK", "Content-Type: application/json\r\n",
            health.ToJson(), method == "HEAD");
    }

    private static byte[] Response(string status, string headers, string body, bool isHead)
    {
        var head = $"HTTP/1.1 {status}\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
            + "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
        return Encoding.UTF8.GetBytes(isHead ? head : head + body);
    }
}

/// <summary>The state of a host as its health response shows it. Immutable.</summary>
/// <param name="Site">Name of the site.</param>
/// <param name="Status">"ok", "degraded", "standby" or "failed".</param>
/// <param name="Report">Devices and sinks; null in standby.</param>
internal sealed record HostHealth(string Site, string Status, HealthReport? Report)
{
    /// <summary>Creates the state of a host.</summary>
    /// <param name="site">Name of the site.</param>
    /// <param name="isStandby">True while another host is active.</param>
    /// <param name="hasFailed">True if the queue cannot store records.</param>
    /// <param name="report">The report of an active host.</param>
    public static HostHealth From(string site, bool isStandby, bool hasFailed, Func<HealthReport> report)
    {
        if (isStandby) return new HostHealth(site, "standby", null);
        var now = report();
        var isWhole = now.ActiveDevices == now.TotalDevices && now.Sinks.All(s => s.Reason is null);
        return new HostHealth(site, hasFailed ? "failed" : isWhole ? "ok" : "degraded", now);
    }

    /// <summary>Returns <c>{"status":"ok","site":"pumps","devices":{"pump_a":"Running"},"sinks":{"predict":"Running"}}</c>.</summary>
    public string ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("status", Status);
            json.WriteString("site", Site);
            if (Report is { } report)
            {
                json.WriteStartObject("devices");
                foreach (var device in report.Devices) json.WriteString(device.Name, device.State);
                json.WriteEndObject();
                json.WriteStartObject("sinks");
                foreach (var sink in report.Sinks) json.WriteString(sink.Name, sink.State);
                json.WriteEndObject();
                json.WriteNumber("waiting", report.Waiting);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
