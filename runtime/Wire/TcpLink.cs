using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace PlantRuntime.Wire;

/// <summary>
/// One TCP connection: no delay, keep-alive, every wait ended by a token. Allocates nothing once steady. One send and one receive may
/// run at a time. Every failure is a <see cref="LinkException"/> with a plain sentence.
/// </summary>
public sealed class TcpLink : IDisposable
{
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveRetrySeconds = 5;
    private const int KeepAliveRetries = 3;

    private readonly Socket _socket;

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
            if (e is SocketException failure) throw new LinkException(SocketErrorText.Of(failure), failure);
            throw;
        }
    }

    /// <summary>Sends all bytes with one call.</summary>
    /// <exception cref="LinkException">The connection is gone, or the token ended it: half a request may be out, so the link is closed.</exception>
    /// <exception cref="OperationCanceledException">The token had ended it before anything was sent.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancel).ConfigureAwait(false)..];
        }
        catch (OperationCanceledException e)
        {
            Dispose();
            throw new LinkException("the far end takes no more bytes", e);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }
    }

    /// <summary>Waits for the next whole frame. It is valid until the next call. A cancelled wait loses no bytes: the link stays usable.</summary>
    /// <exception cref="FrameException">What came in is no frame.</exception>
    /// <exception cref="LinkException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(FrameBuffer frames, CancellationToken cancel)
    {
        try
        {
            ReadOnlyMemory<byte> frame;
            while (!frames.TryTake(out frame))
            {
                var count = await _socket.ReceiveAsync(frames.Free(), SocketFlags.None, cancel).ConfigureAwait(false);
                if (count == 0) throw Closed(frames.Unfinished);
                frames.Filled(count);
            }

            return frame;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static LinkException Closed(ReadOnlySpan<byte> unfinished) => unfinished.IsEmpty
        ? new LinkException("the far end closed the connection")
        : new FrameException("the far end closed the connection in the middle of a frame, after", unfinished);

    private static LinkException Broken(Exception e) =>
        new(e is SocketException failure ? SocketErrorText.Of(failure) : "the connection is closed", e);
}
