using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Conformance.Peers.Http;

/// <summary>
/// An HTTP server on a free loopback port with its own parser. It replies as the test scripts it, request by request, otherwise with 204.
/// </summary>
public sealed class ScriptedHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private readonly List<ReceivedRequest> _received = [];
    private readonly Queue<ScriptedReply> _replies = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;

    /// <summary>Starts to listen; with a certificate by TLS.</summary>
    public ScriptedHttpServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Chooses the reply to a request for which none is queued.</summary>
    public Func<ReceivedRequest, ScriptedReply>? Decide { get; set; }

    /// <summary>TLS versions that it offers.</summary>
    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>True to ask the client for a certificate and to refuse one that shows none.</summary>
    public bool AsksForCertificate { get; init; }

    /// <summary>Subject of the last certificate that a client showed.</summary>
    public string? ClientSubject { get; private set; }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The address for a client.</summary>
    public string Url => $"{(_certificate is null ? "http://127.0.0.1" : "https://localhost")}:{Port}";

    /// <summary>Connections that were accepted.</summary>
    public int Connections { get; private set; }

    /// <summary>Completes with the first request.</summary>
    public Task FirstRequest => _first.Task;

    /// <summary>All complete requests, in order.</summary>
    public IReadOnlyList<ReceivedRequest> Received
    {
        get
        {
            lock (_gate) return [.. _received];
        }
    }

    /// <summary>Queues replies for the next requests.</summary>
    public void Next(params ScriptedReply[] replies)
    {
        lock (_gate)
        {
            foreach (var reply in replies) _replies.Enqueue(reply);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;
        _listener.Stop();
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_over.Token);
                Connections++;
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var plain = new NetworkStream(socket, ownsSocket: true);
            await using var stream = await SecureAsync(plain);
            while (await RequestReader.ReadAsync(stream, _over.Token) is { } request)
            {
                var reply = Answer(request);
                await stream.WriteAsync(reply.Bytes, _over.Token);
                if (reply.Then == AfterReply.Hang) await stream.ReadExactlyAsync(new byte[1], _over.Token);
                if (reply.Then == AfterReply.Reset) socket.Close(0);
                if (reply.Then != AfterReply.KeepOpen) return;
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or AuthenticationException or SocketException)
        {
            // The client closed the connection, or the test is over.
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream plain)
    {
        if (_certificate is null) return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                EnabledSslProtocols = Protocols,
                ClientCertificateRequired = AsksForCertificate,
                RemoteCertificateValidationCallback =
                    (_, shown, _, _) => (ClientSubject = shown?.Subject) is not null || !AsksForCertificate,
            },
            _over.Token);
        return secure;
    }

    private ScriptedReply Answer(ReceivedRequest request)
    {
        lock (_gate)
        {
            _received.Add(request);
            _first.TrySetResult();
            return _replies.TryDequeue(out var reply) ? reply : Decide?.Invoke(request) ?? ScriptedReply.From(204);
        }
    }
}
