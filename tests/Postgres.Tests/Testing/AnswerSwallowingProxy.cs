using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Postgres.Tests;

/// <summary>
/// A TCP relay to the server that discards an answer on request, so that the client does not know whether its call succeeded.
/// </summary>
public sealed class AnswerSwallowingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;

    public AnswerSwallowingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Text of the client after which the relay discards the next answer of the server.</summary>
    public string? Trigger { get; private set; }

    /// <summary>True to keep the connection open, without further answers, after a discarded one; false to close it.</summary>
    public bool IsSilentAfterwards { get; set; }

    /// <summary>Completes when an answer was discarded.</summary>
    public TaskCompletionSource Swallowed { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sets the text after which one answer is discarded.</summary>
    public void Arm(string trigger)
    {
        Swallowed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Trigger = trigger;
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = RelayAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (SocketException)
        {
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            var isTriggered = false;
            var up = PumpAsync(client, server, async bytes =>
            {
                if (Trigger is { } text && bytes.Span.IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0) isTriggered = true;
                await server.GetStream().WriteAsync(bytes);
                return true;
            });
            var down = PumpAsync(server, client, async bytes =>
            {
                if (!isTriggered)
                {
                    await client.GetStream().WriteAsync(bytes);
                    return true;
                }

                Trigger = null;
                Swallowed.TrySetResult();
                return IsSilentAfterwards;
            });
            await Task.WhenAny(up, down);
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to, Func<ReadOnlyMemory<byte>, Task<bool>> pass)
    {
        var buffer = new byte[65536];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is var read and > 0)
            {
                if (!await pass(buffer.AsMemory(0, read))) return;
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One side closed its connection; the relay closes the other.
        }
    }
}
