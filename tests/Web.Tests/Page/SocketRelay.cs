using System.Net;
using System.Net.Sockets;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>
/// Lets a browser reach the socket of a site, at one address for hosts that come and go. Requests have all rights, as those of the command
/// line.
/// </summary>
internal sealed class SocketRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public SocketRelay()
    {
        _listener.Start();
        _loop = AcceptAsync();
    }

    /// <summary>The folder of the site; null closes new connections at once.</summary>
    public string? Folder { get; set; }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var socket = SiteSocket.Create())
        {
            try
            {
                if (Folder is not { } folder) return;
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SiteSocket.PathOf(folder)), _stop.Token);
                await using var host = new NetworkStream(socket);
                await Task.WhenAny(client.GetStream().CopyToAsync(host, _stop.Token), host.CopyToAsync(client.GetStream(), _stop.Token));
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // The host has ended, or the browser.
            }
        }
    }
}
