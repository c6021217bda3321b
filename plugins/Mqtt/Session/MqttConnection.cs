using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// One TCP connection, with or without TLS and WebSocket. One <see cref="MonitoredConnection"/> owns it, and it owns the socket. Any thread
/// may send: concurrent sends wait for each other. One caller at a time may receive. It knows no packets and never reconnects.
/// </summary>
internal sealed class MqttConnection : IDisposable
{
    // IPPROTO_TCP and TCP_QUICKACK of Linux's tcp.h. The option sends a due acknowledgement now and holds until the next packet.
    private const int TcpLevel = 6;
    private const int QuickAck = 12;
    private static readonly byte[] s_on = [1, 0, 0, 0];

    private readonly Stream _stream;
    private readonly Socket _socket;
    private readonly SemaphoreSlim _sending = new(1);

    private MqttConnection(Stream stream, Socket socket) => (_stream, _socket) = (stream, socket);

    /// <summary>Reports the packets sent, before encryption; null if nobody can ask for them.</summary>
    public WireRecorder? Recorder { get; set; }

    /// <summary>Connects, performs the TLS handshake if one is given, and opens the WebSocket if the address has one.</summary>
    /// <exception cref="LinkException">The host is unreachable, or TLS or the WebSocket failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async ValueTask<MqttConnection> ConnectAsync(
        BrokerAddress address, int port, TlsHandshake? tls, CancellationToken cancel)
    {
        var link = await TcpConnection.ConnectAsync(address.Host, port, cancel).ConfigureAwait(false);
        var tcp = link.ToStream();
        Stream stream = tcp;
        try
        {
            if (tls is not null) stream = await tls.AuthenticateAsync(stream, cancel).ConfigureAwait(false);
            if (address.WebSocketPath is { } path)
                stream = await WebSocketTransport.OpenAsync(stream, address.Host, port, path, cancel).ConfigureAwait(false);
            return new MqttConnection(stream, tcp.Socket);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends all bytes. Concurrent callers wait for each other.</summary>
    /// <exception cref="LinkException">
    /// The connection has ended, or the token was cancelled during the write and the connection is closed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the write began.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Recorder is { IsOn: true } recorder) Record(recorder, bytes.Span);
            await _stream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            Dispose();
            throw new LinkException("the broker accepts no more bytes", e);
        }
        catch (Exception e) when (ToLinkException(e) is { } link)
        {
            throw link;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Waits for bytes and adds them to the buffer.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FillAsync(FrameBuffer frames, CancellationToken cancel)
    {
        try
        {
            frames.Commit(await _stream.ReadAsync(frames.Free(), cancel).ConfigureAwait(false));
        }
        catch (Exception e) when (e is not LinkException && ToLinkException(e) is { } link)
        {
            throw link;
        }
    }

    /// <summary>
    /// Makes TCP acknowledge the received segments now instead of with the next packet that is sent. Works on Linux only.
    /// </summary>
    public void AcknowledgeSegments()
    {
        try
        {
            if (OperatingSystem.IsLinux()) _socket.SetRawSocketOption(TcpLevel, QuickAck, s_on);
        }
        catch (Exception e) when (ToLinkException(e) is not null)
        {
            // The connection has ended; the next receive reports the reason.
        }
    }

    public void Dispose() => _stream.Dispose();

    private static void Record(WireRecorder recorder, ReadOnlySpan<byte> packets)
    {
        while (!packets.IsEmpty)
        {
            var isWhole = VariableInteger.TryRead(packets[1..], out var rest, out var bytes) == OperationStatus.Done;
            var length = isWhole ? Math.Min(1 + bytes + rest, packets.Length) : packets.Length;
            recorder.Record(true, packets[..length], null);
            packets = packets[length..];
        }
    }

    // NetworkStream wraps socket exceptions in IOException; SslStream adds CryptographicException.
    private static LinkException? ToLinkException(Exception failure) => LinkException.From(failure) ?? failure switch
    {
        IOException { InnerException: { } inner } when LinkException.From(inner) is { } link => link,
        IOException or CryptographicException or WebSocketException => new LinkException(failure.Message, failure),
        _ => null,
    };
}
