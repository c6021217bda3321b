using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Session;

/// <summary>
/// One session with a controller: TCP, RegisterSession and, unless the site wants none, a class 3 connection, the largest that the
/// controller grants.
/// </summary>
internal sealed class EtherNetIpSession : RequestSession
{
    private const int MostAttempts = 6;

    // The connection size that every controller with connections supports.
    private const int SmallSize = 504;

    private readonly EtherNetIpFraming _framing;
    private readonly byte[] _route;
    private ConnectionTriad? _triad;

    private EtherNetIpSession(TcpConnection connection, EtherNetIpFraming framing, RequestTable table, EtherNetIpOptions options)
        : base(connection, framing, table)
    {
        _framing = framing;
        _route = options.Route;
        Transport = CipTransport.Unconnected(_route);
    }

    /// <summary>How messages to the controller travel in this session.</summary>
    public CipTransport Transport { get; private set; }

    /// <summary>
    /// Sets how many requests may be in flight; one as long as the controller has not shown that it tells requests without a connection
    /// apart.
    /// </summary>
    public void Allow(int requests) => MaxInFlight = Transport.IsConnected || _framing.IsContextRepeated ? requests : 1;

    /// <summary>Connects and shakes hands.</summary>
    /// <exception cref="LinkException">Nothing answers, or the controller refuses.</exception>
    public static async ValueTask<EtherNetIpSession> OpenAsync(
        EtherNetIpOptions options, ConnectionSerials serials, LearntLimits limits, RequestTable table, FrameObserver? observer,
        CancellationToken cancel)
    {
        var isLargeKnownBad = limits.IsLargeUnanswered;
        var session = await OpenUnconnectedAsync(options, table, observer, cancel).ConfigureAwait(false);
        try
        {
            if (options.Connected && options.Family != ControllerFamily.Slc)
                await session.ConnectAsync(options, serials, limits, cancel).ConfigureAwait(false);
            return session;
        }
        catch (LinkException) when (limits.IsLargeUnanswered && !isLargeKnownBad)
        {
            // An old module may end the session at a Large Forward Open instead of refusing it.
            session.Dispose();
            return await OpenAsync(options, serials, limits, table, observer, cancel).ConfigureAwait(false);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the module and registers a session, without a connection to the controller.</summary>
    /// <exception cref="LinkException">Nothing answers, or the module refuses.</exception>
    public static async ValueTask<EtherNetIpSession> OpenUnconnectedAsync(
        EtherNetIpOptions options, RequestTable table, FrameObserver? observer, CancellationToken cancel)
    {
        var connection = await TcpConnection.ConnectAsync(options.Host, options.Port, cancel).ConfigureAwait(false);
        var session = new EtherNetIpSession(connection, new EtherNetIpFraming(), table, options) { Observer = observer };
        try
        {
            await session.RegisterAsync(cancel).ConfigureAwait(false);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Closes the connection and the session in order. What the controller answers is not waited for.</summary>
    public async ValueTask CloseAsync(CancellationToken cancel)
    {
        try
        {
            if (_triad is { } triad)
            {
                _triad = null;
                await SendAsync(CipTransport.Unconnected([]).Frame(ForwardOpen.CreateClose(triad, _route)), 0, cancel)
                    .ConfigureAwait(false);
            }

            var frame = new byte[Encapsulation.HeaderBytes];
            Encapsulation.WriteUnregister(frame, _framing.Session);
            await SendFrameAsync(frame, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException || LinkException.From(e) is not null)
        {
            // The connection was lost already; the controller drops its side by itself.
        }
    }

    private async ValueTask RegisterAsync(CancellationToken cancel)
    {
        var frame = new byte[Encapsulation.RegisterBytes];
        Encapsulation.WriteRegister(frame);
        await SendFrameAsync(frame, cancel).ConfigureAwait(false);
        _framing.Session = Encapsulation.ReadRegistered((await ReceiveFrameAsync(cancel).ConfigureAwait(false)).Span);
    }

    // The wanted size, then the one that the controller names, then the one that all have. A module without connections is asked without
    // one.
    private async ValueTask ConnectAsync(
        EtherNetIpOptions options, ConnectionSerials serials, LearntLimits limits, CancellationToken cancel)
    {
        var size = limits.IsLargeUnanswered ? Math.Min(SmallSize, options.ConnectionSize) : options.ConnectionSize;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var triad = serials.Next();
            var request = ForwardOpen.Create(triad, size, _route, options.ConnectionTimeout);
            await SendAsync(CipTransport.Unconnected([]).Frame(request), 0, cancel).ConfigureAwait(false);
            limits.IsLargeUnanswered = size > ForwardOpen.MostSmallSize;
            var reply = await ReceiveAsync(cancel).ConfigureAwait(false);
            limits.IsLargeUnanswered &= Encapsulation.Status(reply.Frame.Span) != 0;
            if (Check(reply.Frame.Span, triad, size, out size)) return;
        }

        throw new LinkException("the controller refuses every size of connection: connected = false does without one");
    }

    private bool Check(ReadOnlySpan<byte> frame, ConnectionTriad triad, int size, out int next)
    {
        next = size;
        var isLarge = size > ForwardOpen.MostSmallSize;
        Encapsulation.CheckStatus(frame, "the controller refuses a connection");
        if (!CipReply.TryRead(CommonPacket.Message(frame), out var reply))
            throw new LinkException("the reply to Forward Open is cut off");
        if (reply.Service != (isLarge ? CipService.LargeForwardOpen : CipService.ForwardOpen))
            throw new LinkException("the reply to Forward Open is to another service");
        if (reply.Status == 0)
        {
            (_framing.ConnectionId, _framing.OwnConnectionId) = ForwardOpen.ReadConnectionIds(reply.Data, triad)
                ?? throw new LinkException("the reply to Forward Open belongs to another connection");
            _triad = triad;
            Transport = new CipTransport(true, size, _route);
            return true;
        }

        if (reply is { Status: CipFault.ConnectionFailure, ExtendedStatus: ConnectionFailureText.InUse }) return false;
        var isSize = reply is { Status: CipFault.ConnectionFailure, ExtendedStatus: ConnectionFailureText.InvalidSize or 0x0127 or 0x0128 };
        if (isSize && ForwardOpen.ReadSupportedSize(reply) is var supported && supported >= 100 && supported < size) next = supported;
        else if (isSize && size > SmallSize) next = SmallSize;
        else if (isLarge && reply.Status is CipFault.ServiceNotSupported or 0x05 or 0x20 or 0x2E or 0x04 or 0x13) next = SmallSize;
        else if (reply.Status == CipFault.ServiceNotSupported) return true;
        else throw new LinkException($"the controller refuses a connection: {CipFault.From(reply).Reason}");
        return false;
    }
}
