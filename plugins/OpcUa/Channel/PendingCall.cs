using System.Threading.Tasks.Sources;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>
/// A request that waits for its response, and the response's bytes as they arrive. Used again for the next request of the same user once
/// it completed. The connection calls it on its receive loop.
/// </summary>
internal abstract class PendingCall
{
    private const int KeptBytes = 1 << 20;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>Request id, which is also its request handle.</summary>
    public uint Id { get; private set; }

    /// <summary>Chunks of the response so far.</summary>
    public int Chunks { get; private set; }

    public int Length => _length;

    public ServiceRequest Request { get; private set; } = null!;

    /// <summary>The response without its type id and header; valid until the next request.</summary>
    protected ReadOnlyMemory<byte> Body { get; private set; }

    public void Begin(uint id, ServiceRequest request)
    {
        (Id, Request, _length, Chunks, Body) = (id, request, 0, 0, default);
        if (_bytes.Length > KeptBytes) _bytes = [];
    }

    public void Append(ReadOnlySpan<byte> part)
    {
        if (_length + part.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + part.Length));
        part.CopyTo(_bytes.AsSpan(_length));
        _length += part.Length;
        Chunks++;
    }

    /// <summary>Checks type and header of the whole response, then completes.</summary>
    public void Finish()
    {
        try
        {
            Body = Check();
        }
        catch (Exception e) when (e is DecodingException or ServiceException)
        {
            Fail(e);
            return;
        }

        Complete();
    }

    public abstract void Fail(Exception failure);

    protected abstract void Complete();

    /// <summary>The name of a service, for messages: "Read".</summary>
    public static string ServiceName(ServiceRequest request) => request.GetType().Name.Replace("Request", "", StringComparison.Ordinal);

    private ReadOnlyMemory<byte> Check()
    {
        var reader = new UaReader(_bytes.AsSpan(0, _length));
        var type = reader.NodeId();
        var header = ResponseHeader.Read(ref reader);
        if (header.Result.IsBad) throw new ServiceException(ServiceName(Request), header.Result);
        if (type != new NodeId(Request.ResponseId)) throw reader.Wrong($"a message of type {type} as response to {ServiceName(Request)}");
        if (header.Handle != Id) throw reader.Wrong($"a response with request handle {header.Handle} to request {Id}");
        return _bytes.AsMemory(reader.Position, _length - reader.Position);
    }
}

/// <summary>
/// A call that is awaited. Its continuation runs on the receive loop, so it must not block. One call at a time; allocates nothing in
/// steady state.
/// </summary>
internal sealed class ServiceCall : PendingCall, IValueTaskSource<ReadOnlyMemory<byte>>
{
    private ManualResetValueTaskSourceCore<ReadOnlyMemory<byte>> _core;
    private CancellationTokenRegistration _cancellation;
    private SecureConnection? _connection;
    private CancellationToken _cancel;

    /// <summary>Called by the connection before it sends.</summary>
    public ValueTask<ReadOnlyMemory<byte>> Wait(SecureConnection connection, CancellationToken cancel)
    {
        (_connection, _cancel) = (connection, cancel);
        return new ValueTask<ReadOnlyMemory<byte>>(this, _core.Version);
    }

    /// <summary>Called after the request was sent: from now on the token ends the wait.</summary>
    public void EndAt(CancellationToken cancel) =>
        _cancellation = cancel.UnsafeRegister(static call => ((ServiceCall)call!).Abandon(), this);

    public override void Fail(Exception failure) => _core.SetException(failure);

    protected override void Complete() => _core.SetResult(Body);

    ReadOnlyMemory<byte> IValueTaskSource<ReadOnlyMemory<byte>>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _cancellation.Dispose();
            _cancellation = default;
            _core.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ReadOnlyMemory<byte>>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ReadOnlyMemory<byte>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    // The receive loop or this method completes the call: the one that removes it from the connection's table.
    private void Abandon()
    {
        if (_connection!.TryRemove(this)) Fail(new OperationCanceledException("no response in time", _cancel));
    }
}
