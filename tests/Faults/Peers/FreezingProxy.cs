using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Faults.Peers;

/// <summary>Forwards TCP connections to a port. While frozen, it keeps connections open and forwards nothing in either direction.</summary>
internal sealed class FreezingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private TaskCompletionSource _open = new();

    public FreezingProxy(int target)
    {
        _target = target;
        _open.SetResult();
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Freeze() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _open.TrySetResult();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ForwardAsync(await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private async Task ForwardAsync(TcpClient near)
    {
        using var _ = near;
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        try
        {
            await _open.Task.ConfigureAwait(false);
            await far.ConnectAsync(IPAddress.Loopback, _target).ConfigureAwait(false);
            await Task.WhenAny(PumpAsync(near.GetStream(), far.GetStream()), PumpAsync(far.GetStream(), near.GetStream()))
                .ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // The server is down: the connection of the client is closed too.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var bytes = new byte[1 << 16];
        try
        {
            while (await from.ReadAsync(bytes).ConfigureAwait(false) is var length and > 0)
            {
                await _open.Task.ConfigureAwait(false);
                await to.WriteAsync(bytes.AsMemory(0, length)).ConfigureAwait(false);
            }

            await _open.Task.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            await _open.Task.ConfigureAwait(false);
        }
    }
}
