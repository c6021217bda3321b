using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>
/// A TLS server on a port that several protocols share, as at port 443 of a cloud: a connection that requests the ALPN name goes to the
/// broker behind it, and every other one is closed without an answer.
/// </summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly SslApplicationProtocol _protocol;
    private readonly int _brokerPort;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <param name="cert">PEM file of the certificate.</param>
    /// <param name="key">PEM file of its key.</param>
    /// <param name="alpn">Name that a client has to request.</param>
    /// <param name="brokerPort">Port of the broker on 127.0.0.1.</param>
    public TlsFront(string cert, string key, string alpn, int brokerPort)
    {
        _certificate = X509Certificate2.CreateFromPemFile(cert, key);
        (_protocol, _brokerPort) = (new SslApplicationProtocol(alpn), brokerPort);
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _certificate.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = _certificate, ApplicationProtocols = [_protocol] }, _end.Token);
            if (tls.NegotiatedApplicationProtocol != _protocol) return;
            using var broker = new TcpClient("127.0.0.1", _brokerPort);
            await Task.WhenAny(tls.CopyToAsync(broker.GetStream(), _end.Token), broker.GetStream().CopyToAsync(tls, _end.Token));
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException)
        {
            // A client that is refused, or that ends the connection, is part of the test.
        }
    }
}
