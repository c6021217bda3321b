using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Browsing;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Types;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>
/// One server: connects, reads by polling, writes, browses, describes. Writing, browsing and describing may run while a read waits.
/// </summary>
internal class OpcUaDriver(OpcUaOptions options, PluginContext context) : IWritable, IBrowsable, IDescribed, IDiagnosable
{
    private readonly SessionConnector _connector = new(options, context);
    private readonly OperationLimits _limits = new(options.MaxNodesPerCall);
    private UaSession? _session;
    private TypeRegistry? _types;
    private SessionTicket? _ticket;

    public string Endpoint => options.HostAndPort;

    public IPluginLog Log => context.Log;

    /// <summary>The clock.</summary>
    public TimeProvider Time => context.Time;

    public bool RegistersNodes => options.Register;

    /// <summary>The session.</summary>
    /// <exception cref="NotConnectedException">There is none, or its connection is lost.</exception>
    public UaSession Session => _session is not { } session ? throw new NotConnectedException("not connected")
        : session.Connection.Failure is { } failure ? throw new NotConnectedException(failure.Message, failure)
        : session;

    /// <summary>The data types of the session's server.</summary>
    public TypeRegistry Types => _types ?? throw new NotConnectedException("not connected");

    protected OpcUaOptions Options => options;

    protected PluginContext Context => context;

    public virtual IReader Prepare(IReadOnlyList<TagDefinition> tags) => new OpcUaReader(this, tags, Parse(tags));

    public IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags) => new OpcUaWriter(this, Parse(tags));

    public async IAsyncEnumerable<BrowseEntry> BrowseAsync(BrowseScope scope, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (scope.Root is { } root && NodeAddressParser.Find(root, out var problem) is null) throw new RefusedException(problem!);
        var browser = new NodeBrowser(Session, Types, Log, scope.Depth ?? options.BrowseDepth);
        await AskAsync(async _ =>
        {
            await browser.BeginAsync(scope.Root ?? options.BrowseRoot, cancel).ConfigureAwait(false);
            return 0;
        }, cancel).ConfigureAwait(false);
        while (await AskAsync(_ => browser.NextAsync(cancel), cancel).ConfigureAwait(false) is { } entries)
        {
            foreach (var entry in entries) yield return entry;
        }
    }

    public ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel) => AskAsync(
        session => ServerDescription.ReadAsync(session, cancel), cancel);

    public IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel)
        => new ConnectionDiagnosis(options, _connector).RunAsync(cancel);

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        // The session stays at the server: the new connection takes it over.
        await DisconnectAsync().ConfigureAwait(false);
        try
        {
            var session = await _connector.ConnectAsync(_ticket, _limits, cancel).ConfigureAwait(false);
            _ticket = session.Ticket;
            (_types, _session) = (new TypeRegistry(session), session);
            await StartAsync(session, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            await DisconnectAsync().ConfigureAwait(false);
            throw new NotConnectedException("no answer to the attempt to connect", e);
        }
        catch (Exception e) when (e is CertificateException or LinkException or ServiceException or System.Net.Sockets.SocketException)
        {
            await DisconnectAsync().ConfigureAwait(false);
            throw new NotConnectedException(LinkException.From(e)?.Message ?? e.Message, e);
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        var session = _session;
        (_session, _ticket) = (null, null);
        if (session is not null) await session.CloseAsync(deleteSubscriptions: true).ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>True for a refusal after which the session is of no use (OPC 10000-4, 7.39.2).</summary>
    public static bool EndsSession(StatusCode status) => status.Condition is StatusCodes.BadSessionIdInvalid or StatusCodes.BadSessionClosed
        or StatusCodes.BadSessionNotActivated or StatusCodes.BadSecureChannelIdInvalid or StatusCodes.BadSecureChannelClosed
        or StatusCodes.BadShutdown
        or StatusCodes.BadServerHalted;

    /// <summary>Converts the failure of a call into the exception that the host expects; null if it is thrown unchanged.</summary>
    public Exception? Describe(UaSession session, Exception failure, CancellationToken cancel)
    {
        if (failure is OperationCanceledException)
        {
            if (session.Connection.TryGoOnAfterTimeout()) return new OperationCanceledException("no response in time", failure, cancel);
            return new NotConnectedException("no response to several requests in a row", failure);
        }

        if (failure is ServiceException { Status: var status } && EndsSession(status))
        {
            if (status.Condition is StatusCodes.BadSessionIdInvalid or StatusCodes.BadSessionClosed) _ticket = null;
            session.Connection.Fail(new LinkException($"the server ended the session: {status}", failure));
            return new NotConnectedException($"the server ended the session: {status}", failure);
        }

        return LinkException.From(failure) is { } lost ? new NotConnectedException(lost.Message, failure) : null;
    }

    /// <summary>Called at the end of a connect, before the host reads.</summary>
    protected virtual ValueTask StartAsync(UaSession session, CancellationToken cancel) => default;

    protected static List<OpcUaAddress> Parse(IReadOnlyList<TagDefinition> tags) =>
        TagAddresses.Parse(tags, tag => (OpcUaAddressParser.Parse(tag, out var problem)!, problem));

    private async ValueTask<T> AskAsync<T>(Func<UaSession, ValueTask<T>> ask, CancellationToken cancel)
    {
        var session = Session;
        try
        {
            return await ask(session).ConfigureAwait(false);
        }
        catch (Exception e) when (Describe(session, e, cancel) is { } described)
        {
            throw described;
        }
        catch (Exception e) when (e is ServiceException or DecodingException)
        {
            throw new RefusedException(e.Message);
        }
    }

    private async ValueTask DisconnectAsync()
    {
        var session = _session;
        _session = null;
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}
