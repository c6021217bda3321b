using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>One connection, in clear or by TLS. Several may send, one receives.</summary>
internal sealed class MqttLink : IDisposable
{
    // IPPROTO_TCP and TCP_QUICKACK of Linux's tcp.h; the option holds until the next packet, and sends what is due.
    private const int TcpLevel = 6;
    private const int QuickAck = 12;
    private static readonly byte[] s_on = [1, 0, 0, 0];

    private readonly Stream _stream;
    private readonly Socket _socket;
    private readonly SemaphoreSlim _sending = new(1);

    private MqttLink(Stream stream, Socket socket) => (_stream, _socket) = (stream, socket);

    /// <exception cref="LinkException">There is nothing to connect to, or nothing to be trusted.</exception>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    public static async ValueTask<MqttLink> ConnectAsync(string host, int port, TlsHandshake? tls, CancellationToken cancel)
    {
        var link = await TcpLink.ConnectAsync(host, port, cancel).ConfigureAwait(false);
        var tcp = link.IntoStream();
        Stream stream = tcp;
        try
        {
            if (tls is not null) stream = await tls.SecureAsync(stream, cancel).ConfigureAwait(false);
            return new MqttLink(stream, tcp.Socket);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends all bytes; several callers take turns.</summary>
    /// <exception cref="LinkException">The connection is gone, or the token ended it half-way: the link is closed.</exception>
    /// <exception cref="OperationCanceledException">The token had ended it before anything was sent.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            Dispose();
            throw new LinkException("the far end takes no more bytes", e);
        }
        catch (Exception e) when (From(e) is { } link)
        {
            throw link;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Waits for bytes and puts them into the buffer.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FillAsync(FrameBuffer frames, CancellationToken cancel)
    {
        try
        {
            frames.Filled(await _stream.ReadAsync(frames.Free(), cancel).ConfigureAwait(false));
        }
        catch (Exception e) when (e is not LinkException && From(e) is { } link)
        {
            throw link;
        }
    }

    /// <summary>Has TCP acknowledge what came in now, instead of with our next packet. Elsewhere than on Linux it does nothing.</summary>
    public void AcknowledgeSegments()
    {
        try
        {
            if (OperatingSystem.IsLinux()) _socket.SetRawSocketOption(TcpLevel, QuickAck, s_on);
        }
        catch (Exception e) when (From(e) is not null)
        {
            // The connection is gone: whoever receives next learns why.
        }
    }

    public void Dispose() => _stream.Dispose();

    // Streams wrap what the socket throws; TLS has errors of its own.
    private static LinkException? From(Exception failure) => LinkException.From(failure) ?? failure switch
    {
        IOException { InnerException: { } inner } when LinkException.From(inner) is { } link => link,
        IOException or CryptographicException => new LinkException(failure.Message, failure),
        _ => null,
    };
}
