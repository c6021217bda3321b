using PlantRuntime.Plugins.OpcUa.Channel;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>
/// An activated session on one connection: calls services, within the limits of the server. Calls may come from several threads. It keeps
/// the session alive when nothing else is asked.
/// </summary>
internal sealed class UaSession : IAsyncDisposable
{
    public delegate T Decode<T>(ref UaReader reader);

    private static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(2);

    private readonly SecureConnection _connection;
    private readonly TimeProvider _time;
    private readonly ITimer _keepAlive;
    private long _requestsAtLastKeepAlive;

    public UaSession(SecureConnection connection, SessionTicket ticket, OperationLimits limits, bool isResumed, TimeProvider time)
    {
        (_connection, Ticket, Limits, IsResumed, _time) = (connection, ticket, limits, isResumed, time);
        var period = TimeSpan.FromMilliseconds(Math.Max(1000, ticket.Timeout.TotalMilliseconds / 3));
        _keepAlive = time.CreateTimer(static state => _ = ((UaSession)state!).KeepAliveAsync(), this, period, period);
    }

    public SecureConnection Connection => _connection;

    public SessionTicket Ticket { get; }

    public OperationLimits Limits { get; }

    /// <summary>True if the session existed before this connection, so that its subscriptions do too.</summary>
    public bool IsResumed { get; }

    public NamespaceTable Namespaces { get; private set; } = new([]);

    /// <summary>Reads the namespaces and the server's limits in one request.</summary>
    public async ValueTask InitializeAsync(CancellationToken cancel)
    {
        ReadValueId[] nodes =
            [new(new NodeId(Ids.NamespaceArray)), .. OperationLimits.Properties.Select(id => new ReadValueId(new NodeId(id)))];
        DataValue[] values;
        try
        {
            values = await CallAsync(new ReadRequest { Nodes = nodes }, ReadRequest.ReadAll, cancel).ConfigureAwait(false);
        }
        catch (ServiceException)
        {
            // A server that refuses seven nodes at once is asked one by one.
            values = new DataValue[nodes.Length];
            for (var i = 0; i < nodes.Length; i++)
                values[i] = (await CallAsync(new ReadRequest { Nodes = nodes.AsMemory(i, 1) }, ReadRequest.ReadAll,
                    cancel).ConfigureAwait(false))[0];
        }

        if (values.Length != nodes.Length) throw new LinkException($"the server sent {values.Length} values for {nodes.Length} nodes");
        if (values[0].Value.Content is string?[] uris) Namespaces = new NamespaceTable([.. uris.Select(uri => uri ?? "")]);
        for (var i = 1; i < values.Length; i++)
        {
            if (!values[i].Status.IsBad && values[i].Value is { Type: BuiltInType.UInt32, IsArray: false } limit)
                Limits.Tell(OperationLimits.Properties[i - 1], (uint)limit.Bits);
        }
    }

    /// <summary>Calls a service and decodes its response. Allocates; reading and publishing have paths of their own.</summary>
    /// <exception cref="LinkException">The connection is lost.</exception>
    /// <exception cref="ServiceException">The server refuses the request, or its response cannot be read.</exception>
    /// <exception cref="OperationCanceledException">There was no response in time.</exception>
    public async ValueTask<T> CallAsync<T>(ServiceRequest request, Decode<T> decode, CancellationToken cancel)
    {
        var call = new ServiceCall();
        var body = await CallAsync(call, request, cancel).ConfigureAwait(false);
        try
        {
            var reader = new UaReader(body.Span);
            return decode(ref reader);
        }
        catch (DecodingException e)
        {
            throw new ServiceException($"{PendingCall.ServiceName(request)} ({e.Message})", new StatusCode(StatusCodes.BadDecodingError));
        }
    }

    /// <summary>Calls a service with a call object of the caller, who decodes the bytes before the next use of the object.</summary>
    public ValueTask<ReadOnlyMemory<byte>> CallAsync(ServiceCall call, ServiceRequest request, CancellationToken cancel) =>
        _connection.CallAsync(call, request, cancel);

    /// <summary>Reads attributes of any number of nodes, in as few requests as the server takes.</summary>
    public async ValueTask<DataValue[]> ReadAsync(IReadOnlyList<ReadValueId> nodes, CancellationToken cancel)
    {
        var all = nodes.ToArray();
        var values = new DataValue[all.Length];
        await InBatchesAsync(Ids.MaxNodesPerRead, all.Length, async (from, count) =>
        {
            var some = await CallAsync(new ReadRequest { Nodes = all.AsMemory(from, count) }, ReadRequest.ReadAll,
                cancel).ConfigureAwait(false);
            Expect(some.Length, count);
            some.CopyTo(values, from);
        }).ConfigureAwait(false);
        return values;
    }

    /// <summary>
    /// Calls <paramref name="call"/> with parts of a list; a refusal because of size makes the parts smaller and is repeated.
    /// </summary>
    public async ValueTask InBatchesAsync(uint limit, int total, Func<int, int, ValueTask> call)
    {
        for (var from = 0; from < total;)
        {
            var count = Math.Min(Limits[limit], total - from);
            try
            {
                await call(from, count).ConfigureAwait(false);
                from += count;
            }
            catch (ServiceException e) when (Limits.TryLearn(limit, count, e.Status))
            {
                // The next attempt is with half as many.
            }
        }
    }

    /// <exception cref="ServiceException">The server answered another number of operations.</exception>
    public static void Expect(int results, int operations)
    {
        if (results != operations)
            throw new ServiceException($"{results} results for {operations} operations", new StatusCode(StatusCodes.BadDecodingError));
    }

    /// <summary>Closes session and channel, as far as the server still answers.</summary>
    public async ValueTask CloseAsync(bool deleteSubscriptions)
    {
        await StopKeepAliveAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(s_closeLimit, _time);
        try
        {
            if (_connection.Failure is null)
                await _connection.CallAsync(new ServiceCall(), new CloseSessionRequest(deleteSubscriptions),
                    limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ServiceException or DecodingException or LinkException)
        {
            // The server closes the session at its timeout.
        }

        await _connection.CloseAsync(limit.Token).ConfigureAwait(false);
    }

    /// <summary>Drops the connection and leaves the session to the server, so that the next connection can take it over.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopKeepAliveAsync().ConfigureAwait(false);
        _connection.Dispose();
    }

    private ValueTask StopKeepAliveAsync() => _keepAlive.DisposeAsync();

    // Publish requests do not count: a server may answer none while nothing changes.
    private async Task KeepAliveAsync()
    {
        if (_connection.Failure is not null || _connection.Requests != _requestsAtLastKeepAlive)
        {
            _requestsAtLastKeepAlive = _connection.Requests;
            return;
        }

        using var limit = new CancellationTokenSource(Ticket.Timeout / 3, _time);
        try
        {
            ReadValueId[] state = [new(new NodeId(Ids.ServerStatusState))];
            await CallAsync(new ReadRequest { Nodes = state }, ReadRequest.ReadAll, limit.Token).ConfigureAwait(false);
        }
        catch (ServiceException e) when (e.Status.Condition is StatusCodes.BadSessionIdInvalid or StatusCodes.BadSessionClosed)
        {
            _connection.Fail(new LinkException($"the server closed the session: {e.Status}", e));
        }
        catch (OperationCanceledException e)
        {
            _connection.Fail(new LinkException("the server does not answer any more", e));
        }
        catch (Exception e) when (e is ServiceException or LinkException or DecodingException)
        {
            // Not supported, or the connection has failed already and said so.
        }

        _requestsAtLastKeepAlive = _connection.Requests;
    }
}
