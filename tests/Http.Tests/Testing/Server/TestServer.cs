using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Testing.Server;

/// <summary>An HTTP server on a free loopback port that does what the test says, request by request; 204 when it says nothing.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private readonly List<SeenRequest> _seen = [];
    private readonly Queue<Reply> _replies = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;

    public TestServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Decides on a request for which no reply is waiting.</summary>
    public Func<SeenRequest, Reply>? Decide { get; set; }

    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"{(_certificate is null ? "http://127.0.0.1" : "https://localhost")}:{Port}";

    /// <summary>Connections that were accepted.</summary>
    public int Connections { get; private set; }

    /// <summary>Ends when the first request is there.</summary>
    public Task FirstRequest => _first.Task;

    /// <summary>All whole requests, in order.</summary>
    public IReadOnlyList<SeenRequest> Seen
    {
        get
        {
            lock (_gate) return [.. _seen];
        }
    }

    /// <summary>The next requests get these replies.</summary>
    public void Next(params Reply[] replies)
    {
        lock (_gate)
        {
            foreach (var reply in replies) _replies.Enqueue(reply);
        }
    }

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
                if (reply.End == ReplyEnd.Hang) await stream.ReadExactlyAsync(new byte[1], _over.Token);
                if (reply.End == ReplyEnd.Reset) socket.Close(0);
                if (reply.End != ReplyEnd.Stay) return;
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or AuthenticationException or SocketException)
        {
            // The client went away or the test is over.
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream plain)
    {
        if (_certificate is null) return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = _certificate, EnabledSslProtocols = Protocols }, _over.Token);
        return secure;
    }

    private Reply Answer(SeenRequest request)
    {
        lock (_gate)
        {
            _seen.Add(request);
            _first.TrySetResult();
            return _replies.TryDequeue(out var reply) ? reply : Decide?.Invoke(request) ?? Reply.Of(204);
        }
    }
}
