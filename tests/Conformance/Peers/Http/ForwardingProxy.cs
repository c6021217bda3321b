using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PlantRuntime.Conformance.Peers.Http;

/// <summary>
/// An HTTP proxy on a free loopback port: requests in absolute form and CONNECT (RFC 9112 §3.2.2, RFC 9110 §9.3.6). Whatever the host in a
/// request, it connects to one port of loopback, so that names need no DNS.
/// </summary>
/// <param name="serverPort">The port to which it connects.</param>
/// <param name="credentials">"user:password" that it asks for; null if it asks for none.</param>
public sealed class ForwardingProxy(int serverPort, string? credentials = null) : LoopbackPeer
{
    private readonly List<string> _requests = [];

    /// <summary>The address for a client.</summary>
    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Credentials that it asks for from now on.</summary>
    public string? Credentials { get; set; } = credentials;

    /// <summary>Method and target of the requests so far that it let pass.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    /// <inheritdoc/>
    protected override async Task ServeAsync(Socket socket, int number)
    {
        await using var client = new NetworkStream(socket);
        while (await RequestReader.ReadAsync(client, default) is { } request)
        {
            if (!IsAllowed(request))
            {
                await client.WriteAsync(ScriptedReply.From(407, "", "Proxy-Authenticate: Basic realm=\"plant\"").Bytes);
                continue;
            }

            lock (_requests) _requests.Add($"{request.Method} {request.Target}");
            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, serverPort);
            await using var server = far.GetStream();
            if (request.Method == "CONNECT")
            {
                await client.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray());
                await Task.WhenAny(client.CopyToAsync(server), server.CopyToAsync(client));
                return;
            }

            var headers = string.Concat(request.Headers.Select(h => $"{h.Key}: {h.Value}\r\n"));
            var target = new Uri(request.Target).PathAndQuery;
            await server.WriteAsync(Encoding.Latin1.GetBytes($"{request.Method} {target} HTTP/1.1\r\n{headers}\r\n"));
            await server.WriteAsync(request.Content);
            far.Client.Shutdown(SocketShutdown.Send);
            await server.CopyToAsync(client);
        }
    }

    private bool IsAllowed(ReceivedRequest request) => Credentials is null
        || request["Proxy-Authorization"] == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials));
}
