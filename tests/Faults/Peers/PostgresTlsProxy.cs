using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Faults.Peers;

/// <summary>
/// Accepts a client's request for TLS, then forwards. SSLRequest is 8 bytes, the answer is 'S' (PostgreSQL 15 documentation, section
/// 55.2.10, "SSL Session Encryption").
/// </summary>
internal sealed class PostgresTlsProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public PostgresTlsProxy(int target)
    {
        _listener.Start();
        _ = AcceptAsync(target);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync(int target)
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync().ConfigureAwait(false), target);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private static async Task ServeAsync(TcpClient near, int target)
    {
        using var _ = near;
        using var far = new TcpClient();
        try
        {
            await near.GetStream().ReadExactlyAsync(new byte[8]).ConfigureAwait(false);
            await near.GetStream().WriteAsync("S"u8.ToArray()).ConfigureAwait(false);
            await far.ConnectAsync(IPAddress.Loopback, target).ConfigureAwait(false);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()))
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // One side closed its connection.
        }
    }
}
