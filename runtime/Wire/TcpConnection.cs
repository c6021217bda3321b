using System.Net.Sockets;

namespace PlantRuntime.Wire;

/// <summary>
/// A TCP connection without send delay (TCP_NODELAY) and with keep-alive; a token ends every wait. One session owns it; one send
/// and one receive may run at the same time. Sending and filling allocate nothing in a steady state, not even a task; therefore
/// <see cref="FillAsync"/> throws the exceptions of the socket, which <see cref="LinkException.From"/> converts. It never
/// reconnects or logs.
/// </summary>
public sealed class TcpConnection : IConnection
{
    // The system detects a silent peer after 30 s of silence and 3 unanswered probes, 5 s each: 45 s.
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveRetrySeconds = 5;
    private const int KeepAliveRetries = 3;

    private readonly Socket _socket;
    private bool _isDisposed;

    private TcpConnection(Socket socket) => _socket = socket;

    /// <summary>Connects. <paramref name="host"/> is a name, or an IPv4 or IPv6 address.</summary>
    /// <exception cref="LinkException">The connection failed; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The token ended the attempt.</exception>
    public static async ValueTask<TcpConnection> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveRetrySeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
            await socket.ConnectAsync(host, port, cancel).ConfigureAwait(false);
            return new TcpConnection(socket);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (LinkException.From(e) is { } link) throw link;
            throw;
        }
    }

    /// <summary>True if the peer has closed or reset the connection and nothing is left to read. Allocates nothing; never blocks.</summary>
    public bool IsClosedByPeer
    {
        get
        {
            if (_isDisposed) return true;
            try
            {
                return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Returns the connection as a stream, for protocols that use TLS. The stream owns the socket from now on.</summary>
    public NetworkStream ToStream() => new(_socket, ownsSocket: true);

    /// <summary>Sends all bytes, usually with one system call.</summary>
    /// <exception cref="LinkException">
    /// The connection is lost, or the token ended the call: part of the bytes may be sent, so the connection is closed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before anything was sent.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_isDisposed) throw new LinkException("the connection is closed");
        // Requests are small and nearly always fit into the socket's buffer, so the call nearly always completes at once.
        var sending = _socket.SendAsync(bytes, SocketFlags.None, cancel);
        if (!sending.IsCompletedSuccessfully) return FinishAsync(sending, bytes, cancel);
        var sent = sending.Result;
        return sent == bytes.Length ? default : FinishAsync(new ValueTask<int>(sent), bytes, cancel);
    }

    /// <summary>
    /// Waits for bytes and writes them into the buffer; the caller then calls <see cref="FrameBuffer.Commit"/>. No bytes are lost if the
    /// wait is cancelled.
    /// </summary>
    public ValueTask<int> FillAsync(FrameBuffer frames, CancellationToken cancel) =>
        _socket.ReceiveAsync(frames.Free(), SocketFlags.None, cancel);

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
