using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PlantRuntime.Faults.Peers;

/// <summary>
/// One connection that sends bytes of any form to a web server, from one of the loopback addresses of Linux, so that one machine can be
/// many clients.
/// </summary>
internal sealed class RawHttp : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private RawHttp()
    {
    }

    /// <summary>Connects from 127.0.N.1; null if the server accepts no connection.</summary>
    public static async Task<RawHttp?> ConnectAsync(int port, int client)
    {
        var http = new RawHttp();
        try
        {
            http._socket.Bind(new IPEndPoint(new IPAddress([127, 0, (byte)(client % 250), 1]), 0));
            await http._socket.ConnectAsync(IPAddress.Loopback, port).ConfigureAwait(false);
            return http;
        }
        catch (SocketException)
        {
            http.Dispose();
            return null;
        }
    }

    /// <summary>
    /// Sends a request on a connection of its own and returns status line, headers and the begin of the body; empty if there is none.
    /// </summary>
    public static async Task<string> RequestAsync(int port, int client, string request)
    {
        using var http = await ConnectAsync(port, client).ConfigureAwait(false);
        if (http is null || !await http.SendAsync(request).ConfigureAwait(false)) return "";
        return await http.ReceiveAsync(TimeSpan.FromSeconds(60)).ConfigureAwait(false);
    }

    /// <summary>Sends text. Returns false if the server has closed the connection.</summary>
    public async Task<bool> SendAsync(string text)
    {
        try
        {
            await _socket.SendAsync(Encoding.ASCII.GetBytes(text)).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Returns what comes until a response has its first bytes of body, or the connection ends, or the time is over.</summary>
    public async Task<string> ReceiveAsync(TimeSpan patience)
    {
        using var end = new CancellationTokenSource(patience);
        var (text, buffer) = (new StringBuilder(), new byte[8192]);
        try
        {
            while (await _socket.ReceiveAsync(buffer, end.Token).ConfigureAwait(false) is var count and > 0)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
                var head = text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (head >= 0 && text.Length > head + 4) break;
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The bytes that came until then count.
        }

        return text.ToString();
    }

    /// <summary>Waits until the server has closed the connection. Returns false if it has not within the time.</summary>
    public async Task<bool> EndsAsync(TimeSpan patience)
    {
        using var end = new CancellationTokenSource(patience);
        var buffer = new byte[8192];
        try
        {
            while (await _socket.ReceiveAsync(buffer, end.Token).ConfigureAwait(false) > 0)
            {
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
