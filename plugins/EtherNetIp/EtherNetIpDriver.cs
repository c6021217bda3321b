using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Info;
using PlantRuntime.Plugins.EtherNetIp.Plan;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Slc;
using PlantRuntime.Plugins.EtherNetIp.Structures;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Plugins.EtherNetIp.Writing;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>One controller: keeps the session, and what is known of its program, and runs the exchanges of what it prepared.</summary>
internal sealed class EtherNetIpDriver : IWritable, IBrowsable, IDescribed, IDiagnosable, IConnectionProbe
{
    private readonly EtherNetIpOptions _options;
    private readonly TimeProvider _time;
    private readonly IPluginLog _log;
    private readonly ConnectionSerials _serials;
    private readonly FrameObserver _observer;
    private EtherNetIpSession? _session;
    private long _lastUse;

    public EtherNetIpDriver(EtherNetIpOptions options, PluginContext context)
    {
        (_options, _time, _log) = (options, context.Time, context.Log);
        _observer = context.Trace.CreateRecorder(CipMessageText.Of).Record;
        _serials = new ConnectionSerials(context.Time, $"{context.Site}/{context.Name}");
        Limits = new LearntLimits(options.Family == ControllerFamily.Logix, options.MaxRequests);
        UsesInstanceIds = options.InstanceIds;
        Endpoint = $"{(options.Host.Contains(':') ? $"[{options.Host}]" : options.Host)}:{options.Port}";
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time => _time;

    public bool IsClosedByDevice => Loop.IsClosedByPeer;

    public string Endpoint { get; }

    public string Controller => $"{_options.Host}/{_options.Path ?? _options.Slot.ToString(CultureInfo.InvariantCulture)}";

    public bool IsLogix => _options.Family == ControllerFamily.Logix;

    /// <summary>The controller's limits as far as its replies have shown them.</summary>
    public LearntLimits Limits { get; }

    /// <summary>Symbols and structures of the program, in this session.</summary>
    public TypeCatalog Catalog { get; private set; } = new();

    /// <summary>Runs the exchanges of all readers, writers and questions.</summary>
    public ExchangeLoop<EtherNetIpSession> Loop { get; } = new(static (message, inner) => new NotConnectedException(message, inner));

    private bool IsSlc => _options.Family == ControllerFamily.Slc;

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) => IsSlc
        ? new SlcReader(this, TagAddresses.Parse(tags, ParseSlc))
        : new EtherNetIpReader(this, TagAddresses.Parse(tags, ParseLogix));

    public IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags) => IsSlc
        ? new SlcWriter(this, TagAddresses.Parse(tags, ParseSlc, SlcWriter.WhyNever))
        : new EtherNetIpWriter(this, TagAddresses.Parse(tags, ParseLogix, ValueEncoder.WhyNever));

    public IAsyncEnumerable<BrowseEntry> BrowseAsync(BrowseScope scope, CancellationToken cancel) => IsSlc
        ? throw new RefusedException("an SLC or MicroLogix does not list its data files: take the addresses from the program")
        : new TagBrowser(this, scope).BrowseAsync(cancel);

    public ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel) => ControllerInfo.AskAsync(this, cancel);

    public async IAsyncEnumerable<DiagnosisStep> DiagnoseAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var diagnosis = new ControllerDiagnosis(_options, this);
        var session = await diagnosis.OpenSessionAsync(cancel).ConfigureAwait(false);
        yield return session;
        if (!session.IsGood) yield break;
        var connection = await diagnosis.ConnectAsync(cancel).ConfigureAwait(false);
        yield return connection;
        if (!connection.IsGood) yield break;
        yield return await diagnosis.IdentifyAsync(cancel).ConfigureAwait(false);
        await CloseAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        await CloseAsync(cancel).ConfigureAwait(false);
        await Loop.ConnectAsync((table, token) => EtherNetIpSession.OpenAsync(_options, _serials, Limits, table, _observer, token), cancel)
            .ConfigureAwait(false);
        _session = Loop.Session;
        _session.Allow(Limits.InFlight);
        _lastUse = _time.GetTimestamp();
        Catalog = new TypeCatalog();
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>Runs a reader's exchange.</summary>
    public ValueTask RunAsync(EtherNetIpReader reader, CancellationToken cancel)
    {
        if (IsTimedOut) return ReopenAndRunAsync(reader, cancel);
        var session = Use(cancel);
        reader.Begin(session);
        return Loop.RunAsync(reader, cancel);
    }

    /// <summary>Runs rounds of requests that depend on each other, in the current session.</summary>
    public async ValueTask RunAsync(Func<EtherNetIpSession, IEnumerable<IReadOnlyList<CipItem>>> rounds, CancellationToken cancel)
    {
        if (IsTimedOut) await ConnectAsync(cancel).ConfigureAwait(false);
        var session = Use(cancel);
        await Loop.RunAsync(new RoundExchange(rounds(session), session.Transport, Limits), cancel).ConfigureAwait(false);
        _lastUse = _time.GetTimestamp();
    }

    /// <summary>True when tags are named by the numbers of their symbols.</summary>
    public bool UsesInstanceIds { get; private set; }

    /// <summary>Forgets symbols and structures, because the program has changed.</summary>
    /// <param name="old">The catalog that does not fit any more; another reader may have replaced it already.</param>
    /// <param name="isUnknowable">The controller does not tell when its program changes: from now on tags are named by name.</param>
    public void ForgetProgram(TypeCatalog old, bool isUnknowable)
    {
        if (ReferenceEquals(old, Catalog)) Catalog = new TypeCatalog();
        if (!isUnknowable || !UsesInstanceIds) return;
        UsesInstanceIds = false;
        _log.Info("the controller has no counters of program changes (class AC), so tags are named by name: "
            + "instance_ids = false says so from the start");
    }

    /// <summary>Rounds of requests that find out the types of tags.</summary>
    public IEnumerable<IReadOnlyList<CipItem>> Resolve(IReadOnlyCollection<TagBinding> tags) =>
        tags.Count == 0 ? [] : new TagResolver(Catalog, IsLogix).Resolve(tags, Limits.ReplyRoom(Loop.Session.Transport));

    /// <summary>Reports how an exchange ended, which shows how many requests may be in flight.</summary>
    public void ReportRound(int requests, bool isComplete)
    {
        if (Limits.Report(Math.Min(requests, Limits.InFlight), isComplete))
            _log.Warn("the controller answers one request at a time only: no more pipelining (max_requests = 1 says so from the start)");
        _session?.Allow(Limits.InFlight);
    }

    // A controller drops a connection that was not used for long, without a word: then a new one is opened before the next request.
    private bool IsTimedOut => _session is { Transport.IsConnected: true }
        && _time.GetElapsedTime(_lastUse) >= _options.ConnectionTimeout * 0.9;

    private async ValueTask ReopenAndRunAsync(EtherNetIpReader reader, CancellationToken cancel)
    {
        await ConnectAsync(cancel).ConfigureAwait(false);
        reader.Begin(Use(cancel));
        await Loop.RunAsync(reader, cancel).ConfigureAwait(false);
    }

    private EtherNetIpSession Use(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _lastUse = _time.GetTimestamp();
        return Loop.Session;
    }

    private async ValueTask CloseAsync(CancellationToken cancel)
    {
        var session = _session;
        _session = null;
        if (session is not null) await session.CloseAsync(cancel).ConfigureAwait(false);
        Loop.Dispose();
    }

    private static (SlcAddress Address, AddressProblem? Problem) ParseSlc(TagDefinition tag) =>
        (SlcAddressParser.Parse(tag, out var problem)!, problem);

    private static (EtherNetIpAddress Address, AddressProblem? Problem) ParseLogix(TagDefinition tag) =>
        (EtherNetIpAddressParser.Parse(tag, out var problem)!, problem);
}
