using System.Net.Sockets;

namespace PlantRuntime.Wire;

/// <summary>
/// One TCP connection: no delay, keep-alive, every wait ended by a token. Allocates nothing once steady, not even a task: so a wait fails
/// with what the socket throws, and <see cref="LinkException.From"/> turns that into a plain sentence. One send and one receive may run at
/// a time.
/// </summary>
public sealed class TcpLink : IDisposable
{
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveRetrySeconds = 5;
    private const int KeepAliveRetries = 3;

    private readonly Socket _socket;
    private bool _isDisposed;

    private TcpLink(Socket socket) => _socket = socket;

    /// <summary>Connects. <paramref name="host"/> is a name or an address of IPv4 or IPv6.</summary>
    /// <exception cref="LinkException">There is nothing to connect to.</exception>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    public static async ValueTask<TcpLink> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveRetrySeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
            await socket.ConnectAsync(host, port, cancel).ConfigureAwait(false);
            return new TcpLink(socket);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (LinkException.From(e) is { } link) throw link;
            throw;
        }
    }

    /// <summary>The connection as a stream, for protocols that put TLS on it. The stream owns it from now on.</summary>
    public NetworkStream IntoStream() => new(_socket, ownsSocket: true);

    /// <summary>Sends all bytes with one call.</summary>
    /// <exception cref="LinkException">The connection is gone, or the token ended it: half a request may be out, so the link is
    /// closed.</exception>
    /// <exception cref="OperationCanceledException">The token had ended it before anything was sent.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_isDisposed) throw new LinkException("the connection is closed");
        // Requests are small: they nearly always fit into the socket's buffer, and there is nothing to wait for.
        var sending = _socket.SendAsync(bytes, SocketFlags.None, cancel);
        if (!sending.IsCompletedSuccessfully) return FinishAsync(sending, bytes, cancel);
        var sent = sending.Result;
        return sent == bytes.Length ? default : FinishAsync(new ValueTask<int>(sent), bytes, cancel);
    }

    /// <summary>
    /// Waits for bytes and puts them into the buffer, which is to be told by <see cref="FrameBuffer.Filled"/>. A cancelled wait loses none.
    /// </summary>
    public ValueTask<int> FillAsync(FrameBuffer frames, CancellationToken cancel) =>
        _socket.ReceiveAsync(frames.Free(), SocketFlags.None, cancel);

    /// <summary>Waits for the next whole frame: the comfortable way, at the cost of a task. It is valid until the next call.</summary>
    /// <exception cref="LinkException">The connection is gone, or what came in is no frame.</exception>
    /// <exception cref="OperationCanceledException">The token ended it; the link stays usable.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(FrameBuffer frames, CancellationToken cancel)
    {
        try
        {
            ReadOnlyMemory<byte> frame;
            while (!frames.TryTake(out frame)) frames.Filled(await FillAsync(frames, cancel).ConfigureAwait(false));
            return frame;
        }
        catch (Exception e) when (e is not LinkException && LinkException.From(e) is { } link)
        {
            throw link;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _socket.Dispose();
    }

    private async ValueTask FinishAsync(ValueTask<int> sending, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            bytes = bytes[await sending.ConfigureAwait(false)..];
            while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancel).ConfigureAwait(false)..];
        }
        catch (OperationCanceledException e)
        {
            Dispose();
            throw new LinkException("the far end takes no more bytes", e);
        }
        catch (Exception e) when (LinkException.From(e) is { } link)
        {
            throw link;
        }
    }
}
