using System.Net.WebSockets;
using System.Runtime.ExceptionServices;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// MQTT over a WebSocket (MQTT 5.0 and 3.1.1, section 6): binary messages whose boundaries mean nothing, subprotocol "mqtt". A stream, so
/// that <see cref="MqttConnection"/> treats it like TLS. It owns the WebSocket, which owns the connection below. One read and one write at
/// a time. A cancelled read loses nothing: the framework would abort a WebSocket whose read is cancelled, so the read goes on and its bytes
/// are returned by the next one.
/// </summary>
internal sealed class WebSocketTransport : Stream
{
    private const string Subprotocol = "mqtt";
    private const int BufferBytes = 16 << 10;

    private readonly ClientWebSocket _socket;
    private readonly byte[] _bytes = new byte[BufferBytes];
    private Task<int>? _receiving;
    private Exception? _failure;
    private int _start;
    private int _end;

    private WebSocketTransport(ClientWebSocket socket) => _socket = socket;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Performs the HTTP handshake on a connected stream.</summary>
    /// <param name="stream">TCP, or TLS that is authenticated; owned by the result.</param>
    /// <param name="host">Host for the request.</param>
    /// <param name="port">Port for the request.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="LinkException">The server refuses the handshake or does not speak HTTP.</exception>
    public static async ValueTask<WebSocketTransport> OpenAsync(
        Stream stream, string host, int port, string path, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Subprotocol);
        // MQTT has its own keep-alive.
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectCallback = (_, _) => ValueTask.FromResult(stream),
        };
        using var invoker = new HttpMessageInvoker(handler);
        try
        {
            // The scheme is always ws, because TLS is already part of the stream.
            var url = new Uri($"ws://{(host.Contains(':') ? $"[{host}]" : host)}:{port}{path}");
            await socket.ConnectAsync(url, invoker, cancel).ConfigureAwait(false);
            return new WebSocketTransport(socket);
        }
        catch (WebSocketException e)
        {
            socket.Dispose();
            // A query can contain a token, which is not for the log.
            var where = path.Split('?')[0];
            var reason = (e.InnerException?.Message ?? e.Message).TrimEnd('.');
            throw new LinkException($"the WebSocket at {where} is refused: {reason}: check port and path of the URL in host", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end)
        {
            _receiving ??= ReceiveAsync();
            var count = await _receiving.WaitAsync(cancellationToken).ConfigureAwait(false);
            _receiving = null;
            if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
            (_start, _end) = (0, count);
        }

        var length = Math.Min(buffer.Length, _end - _start);
        _bytes.AsMemory(_start, length).CopyTo(buffer);
        _start += length;
        return length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // Ends a pending read too. The closing handshake of a WebSocket would wait for the broker; DISCONNECT was sent before.
        if (disposing) _socket.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Receives the next bytes; 0 when the broker closes the WebSocket. Never throws, because no caller may be waiting: the next read
    /// throws the failure.
    /// </summary>
    private async Task<int> ReceiveAsync()
    {
        try
        {
            ValueWebSocketReceiveResult received;
            do received = await _socket.ReceiveAsync(_bytes.AsMemory(), CancellationToken.None).ConfigureAwait(false);
            while (received.Count == 0 && received.MessageType != WebSocketMessageType.Close);
            return received.Count;
        }
        catch (Exception e)
        {
            // A receive that Dispose ends is reported as cancelled.
            _failure = e is OperationCanceledException ? new ObjectDisposedException(nameof(WebSocketTransport)) : e;
            return 0;
        }
    }
}
