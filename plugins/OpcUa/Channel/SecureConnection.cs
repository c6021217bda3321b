using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>
/// One TCP connection with its secure channel: sends requests, receives responses on its own loop, renews the channel at 75 % of its
/// lifetime. Any number of requests may wait at the same time; requests may be sent from any thread. After a failure it stays failed.
/// </summary>
internal sealed class SecureConnection : IDisposable
{
    private const int MostAbandonedInARow = 3;
    private const double RenewAt = 0.75;

    private static readonly TimeSpan s_leastRenewal = TimeSpan.FromMilliseconds(500);

    private readonly TcpConnection _link;
    private readonly FrameBuffer _frames;
    private readonly SecureChannel _channel;
    private readonly TransportLimits _limits;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly UaWriter _writer = new();
    private readonly PendingCallTable _pending;
    private readonly ChannelTrace _trace;
    private readonly ITimer _renewal;
    private byte[] _output = [];
    private uint _lastId;
    private int _abandonedInARow;

    private SecureConnection(TcpConnection link, FrameBuffer frames, ChannelSecurity security, TransportLimits own, TransportLimits limits,
        TimeSpan lifetime, TimeProvider time, ChannelTrace trace)
    {
        _trace = trace;
        (_link, _frames, _limits, _lifetime, _time) = (link, frames, limits, lifetime, time);
        _pending = new PendingCallTable(own);
        _channel = new SecureChannel(security, time);
        _renewal = time.CreateTimer(static state
            => _ = ((SecureConnection)state!).RenewAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called once, on the thread that finds the failure; must not throw.</summary>
    public Action<LinkException>? Failed { get; set; }

    public ChannelSecurity Security => _channel.Security;

    /// <summary>The session's token, which each request header carries; null node before a session exists.</summary>
    public NodeId AuthenticationToken { get; set; }

    /// <summary>Requests sent so far; a test compares it.</summary>
    public long Requests { get; private set; }

    /// <summary>Responses that arrived after their request was abandoned.</summary>
    public long LateResponses => _pending.LateResponses;

    /// <summary>Completed renewals of the channel.</summary>
    public int Renewals { get; private set; }

    /// <summary>Why the connection is useless; null while it is not.</summary>
    public LinkException? Failure => _pending.Failure;

    /// <summary>Connects, says Hello, opens the channel, and starts the receive loop.</summary>
    /// <exception cref="LinkException">There is no server, or it refuses.</exception>
    public static async Task<SecureConnection> ConnectAsync(
        string host, int port, string endpointUrl, ChannelSecurity security, TransportLimits own, TimeSpan lifetime, TimeProvider time,
            WireTrace traced, CancellationToken cancel)
    {
        var link = await TcpConnection.ConnectAsync(host, port, cancel).ConfigureAwait(false);
        try
        {
            var trace = new ChannelTrace(traced);
            var frames = new FrameBuffer(ChunkHeader.LengthOf, (int)own.ReceiveBytes) { Observer = trace.RecordTransport };
            var hello = own.Hello(endpointUrl);
            trace.RecordTransport(true, hello, null);
            await link.SendAsync(hello, cancel).ConfigureAwait(false);
            var limits = own.Agree((await link.ReceiveAsync(frames, cancel).ConfigureAwait(false)).Span);
            frames.Observer = trace.RecordBeside;
            var connection = new SecureConnection(link, frames, security, own, limits, lifetime, time, trace);
            try
            {
                var call = new OpenCall(connection, lifetime);
                var opened = call.Done;
                await connection.SendOpenAsync(call, cancel).ConfigureAwait(false);
                _ = connection.ReceiveForeverAsync();
                await opened.WaitAsync(cancel).ConfigureAwait(false);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is ServiceException or DecodingException)
        {
            link.Dispose();
            throw new LinkException($"the server does not open a secure channel: {e.Message}", e);
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and waits for its response; the bytes are valid until the call is used again.</summary>
    /// <exception cref="LinkException">The connection is lost.</exception>
    /// <exception cref="ServiceException">The server refuses the request.</exception>
    /// <exception cref="DecodingException">The response cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token ended the wait.</exception>
    public ValueTask<ReadOnlyMemory<byte>> CallAsync(ServiceCall call, ServiceRequest request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var response = call.Wait(this, cancel);
        var sending = SendAsync(call, request, cancel);
        if (sending.IsCompletedSuccessfully)
        {
            call.EndAt(cancel);
            return response;
        }

        return FinishAsync(call, sending, response, cancel);
    }

    /// <summary>Encodes and sends a request; its call completes on the receive loop.</summary>
    public async ValueTask SendAsync(PendingCall call, ServiceRequest request, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Failure is { } failure) throw new LinkException(failure.Message, failure);
            var chunks = Encode(MessageKind.Message, call, request, cancel);
            _pending.Add(call);
            await _link.SendAsync(chunks, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (LinkException.From(e) is { } lost)
        {
            TryRemove(call);
            Fail(lost);
            throw lost;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Takes a call out of the table, so that its response will not be used. False if it completed or completes already.</summary>
    public bool TryRemove(PendingCall call) => _pending.TryRemove(call);

    /// <summary>Notes that a request was abandoned at its deadline.</summary>
    /// <returns>False when several in a row had no response and nothing else arrived: the connection is useless.</returns>
    public bool TryGoOnAfterTimeout()
    {
        if (Interlocked.Increment(ref _abandonedInARow) < MostAbandonedInARow) return true;
        Fail(new LinkException($"no response to {MostAbandonedInARow} requests in a row"));
        return false;
    }

    /// <summary>Makes the connection useless: closes it and fails everything that waits.</summary>
    public void Fail(LinkException reason)
    {
        if (!_pending.TryFail(reason, out var waiting)) return;
        _renewal.Dispose();
        _link.Dispose();
        foreach (var call in waiting) call.Fail(reason);
        Failed?.Invoke(reason);
    }

    /// <summary>Says CloseSecureChannel if that is possible without waiting, and closes.</summary>
    public async ValueTask CloseAsync(CancellationToken cancel)
    {
        Failed = null;
        try
        {
            await _sending.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                var call = new ServiceCall();
                if (Failure is null) await _link.SendAsync(Encode(MessageKind.Close, call, new CloseSecureChannelRequest(), cancel),
                    cancel).ConfigureAwait(false);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ServiceException || LinkException.From(e) is not null)
        {
            // The connection ends either way.
        }

        Dispose();
    }

    public void Dispose()
    {
        Failed = null;
        Fail(new LinkException("the connection is closed"));
    }

    private async ValueTask<ReadOnlyMemory<byte>> FinishAsync(
        ServiceCall call, ValueTask sending, ValueTask<ReadOnlyMemory<byte>> response, CancellationToken cancel)
    {
        await sending.ConfigureAwait(false);
        call.EndAt(cancel);
        return await response.ConfigureAwait(false);
    }

    private ReadOnlyMemory<byte> Encode(MessageKind kind, PendingCall call, ServiceRequest request, CancellationToken cancel)
    {
        call.Begin(NextId(), request);
        WriteBody(call.Id, request, cancel.CanBeCanceled ? 60_000u : 0);
        _trace.RecordRequest(_writer.Written);
        return _channel.Encode(kind, call.Id, _writer.Written, _limits, ref _output);
    }

    private void WriteBody(uint id, ServiceRequest request, uint timeoutHint)
    {
        _writer.Clear();
        _writer.NodeId(new NodeId(request.EncodingId));
        RequestHeader.Write(_writer, AuthenticationToken, _time.GetUtcNow().UtcDateTime, id, request is PublishRequest ? 0 : timeoutHint);
        request.Encode(_writer);
    }

    private uint NextId()
    {
        Requests++;
        if (++_lastId == 0) _lastId = 1;
        return _lastId;
    }

    private async ValueTask SendOpenAsync(OpenCall call, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var request = _channel.OpenRequest(_lifetime);
            call.Begin(NextId(), request);
            WriteBody(call.Id, request, 0);
            _trace.RecordRequest(_writer.Written);
            var chunk = _channel.EncodeOpen(call.Id, _writer.Written);
            _pending.Add(call);
            await _link.SendAsync(chunk, cancel).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    // Started by the timer. The token stays valid for another quarter of its lifetime, so the answer has that long.
    private async Task RenewAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(_channel.Lifetime / 4, _time);
            var call = new OpenCall(this, _lifetime);
            await SendOpenAsync(call, limit.Token).ConfigureAwait(false);
            await call.Done.WaitAsync(limit.Token).ConfigureAwait(false);
            Renewals++;
        }
        catch (Exception e)
        {
            Fail(new LinkException(
                $"the secure channel was not renewed: {(e is OperationCanceledException ? "no response in time" : e.Message)}", e));
        }
    }

    private void ScheduleRenewal()
    {
        var due = _channel.Lifetime * RenewAt;
        if (due < s_leastRenewal) due = s_leastRenewal;
        try
        {
            _renewal.Change(due, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The connection has just failed.
        }
    }

    private async Task ReceiveForeverAsync()
    {
        try
        {
            while (true)
            {
                while (_frames.TryRead(out var chunk)) Receive(chunk);
                _frames.Commit(await _link.FillAsync(_frames, CancellationToken.None).ConfigureAwait(false));
            }
        }
        catch (Exception e)
        {
            Fail(LinkException.From(e) ?? new LinkException($"the connection cannot go on: {e.Message}", e));
        }
        finally
        {
            _channel.Dispose();
        }
    }

    private void Receive(ReadOnlyMemory<byte> chunk)
    {
        switch (ChunkHeader.Kind(chunk.Span))
        {
            case MessageKind.Message or MessageKind.Open: ReceiveService(chunk); break;
            case MessageKind.Error: throw UacpError.From(chunk.Span);
            case MessageKind.Close: throw new LinkException("the server closed the secure channel");
            default: throw new FrameException("a message that a client does not expect", chunk.Span);
        }
    }

    private void ReceiveService(ReadOnlyMemory<byte> chunk)
    {
        try
        {
            if (ChunkHeader.Kind(chunk.Span) == MessageKind.Open) ReceiveOpen(chunk.Span);
            else ReceiveMessage(chunk);
        }
        catch (Exception e)
        {
            _trace.RecordTransport(false, chunk.Span, e.Message);
            throw;
        }
    }

    private void ReceiveMessage(ReadOnlyMemory<byte> chunk)
    {
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(chunk, out var array);
        var received = _channel.Decode(System.Runtime.InteropServices.MemoryMarshal.AsMemory(chunk), array);
        _abandonedInARow = 0;
        _trace.RecordResponse(chunk.Span[received.Body], received.ChunkType);
        _pending.Receive(received, chunk.Span[received.Body]);
    }

    private void ReceiveOpen(ReadOnlySpan<byte> chunk)
    {
        var (request, body) = _channel.DecodeOpen(chunk);
        _trace.RecordResponse(body, 'F');
        _pending.ReceiveOpen<OpenCall>(request, body);
    }

    /// <summary>An OpenSecureChannel request; the channel takes its response on the receive loop, before any later chunk is read.</summary>
    private sealed class OpenCall(SecureConnection connection, TimeSpan lifetime) : PendingCall
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public override void Fail(Exception failure) => _done.TrySetException(failure);

        protected override void Complete()
        {
            try
            {
                var reader = new UaReader(Body.Span);
                connection._channel.Accept(OpenSecureChannelResponse.Read(ref reader), lifetime);
                connection.ScheduleRenewal();
                _done.TrySetResult();
            }
            catch (Exception e)
            {
                Fail(e);
            }
        }
    }
}
