using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Diagnosis;
using PlantRuntime.Plugins.Modbus.Info;
using PlantRuntime.Plugins.Modbus.Plan;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// The driver of one device or gateway behind TCP: parses and merges addresses, connects, and runs the prepared readers and writers. It
/// owns the exchange loop and, through it, the connection. The host makes one call at a time; not thread-safe. It has no background task
/// and never reconnects or retries.
/// </summary>
internal class ModbusDriver(ModbusOptions options, IPluginLog log, TimeProvider? time = null, WireTrace? trace = null)
    : IWritable, IDiagnosable, IDescribed, IConnectionProbe
{
    private readonly DeviceIdentity _identity = new();
    /// <summary>The reason of a tag that was not read, if no other one is known.</summary>
    public const string NoAnswer = "no answer in time";

    private readonly WireRecorder? _recorder = trace?.CreateRecorder(
        options.Format == FrameFormat.Ascii ? ModbusMessageText.OfAscii
            : options.SerialPort is not null || options.Format == FrameFormat.Rtu ? ModbusMessageText.OfRtu
            : ModbusMessageText.OfTcp);
    private bool _hasReportedSplits;
    private ModbusFraming? _framing;
    private ModbusReadPlan? _lastPlan;

    public bool IsClosedByDevice => Loop.IsClosedByPeer;

    public virtual string Endpoint { get; } =
        options.Host.Contains(':') ? $"[{options.Host}]:{options.Port}" : $"{options.Host}:{options.Port}";

    /// <summary>The number of requests in flight that this device supports, learned from bursts; it is kept over reconnects.</summary>
    public PipelineDepth Pipeline { get; } = new(options.RequestsInFlight);

    /// <summary>Runs the exchanges of all readers and writers of this driver, one at a time.</summary>
    public ExchangeLoop<RequestSession> Loop { get; } = new(static (message, inner) => new NotConnectedException(message, inner), time)
    {
        RequestPause = options.RequestPause,
        ConnectPause = options.ConnectPause,
        ReleasesAfterExchange = !options.KeepConnection,
        ReleasesAfterTimeout = options.SerialPort is null && (!options.TransactionIds || options.Format == FrameFormat.Rtu),
    };

    public ModbusOptions Options => options;

    /// <summary>The log of the device.</summary>
    protected IPluginLog Log => log;

    public ModbusDialect Dialect { get; } = ModbusDialect.From(options);

    public TimeProvider Time { get; } = time ?? TimeProvider.System;

    /// <summary>The reason why a request got no usable reply, if the received bytes or an option tell it; else null.</summary>
    public string? WhyNoReply => _framing switch
    {
        _ when Loop.IsInConnectPause => "not asked yet: connect_pause has not passed",
        { WhyNoReply: { } why } => why,
        { HasZeroIds: true } when options.TransactionIds =>
            "replies came with transaction id 0, so they cannot be told apart (transaction_ids = false sends one request at a time)",
        { HasWrongChecksums: true } => "bytes came that are no RTU frame with a right checksum",
        _ => null,
    };

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        _lastPlan = new ModbusReadPlan(Addresses(tags, address => Fits(address) ? null : TooWide(address)), options);
        return new ModbusReader(this, _lastPlan);
    }

    public virtual IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new ModbusDiagnosis(options, _lastPlan, Time).RunAsync(cancel);

    public async ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel)
    {
        if (options.Identification) await _identity.AskAsync(Loop, Unit, Dialect, Time, cancel).ConfigureAwait(false);
        return [.. _identity.Properties, .. DescribeLine()];
    }

    public IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags) => new ModbusWriter(this, Addresses(tags, ModbusWriter.WhyRefused));

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        _identity.BeginConnection();
        return Loop.ConnectAsync(OpenAsync, cancel);
    }

    /// <summary>
    /// Learns from a burst how many requests may be in flight. Called by <see cref="ModbusReader"/> when the burst has ended.
    /// </summary>
    /// <param name="requests">Number of requests in the burst.</param>
    /// <param name="isWhole">True if all of them were answered and the device was not too busy for any.</param>
    public void ReportBurst(int requests, bool isWhole)
    {
        if (isWhole) Pipeline.ReportAnswered(requests);
        else if (Pipeline.ReportBroken(requests))
            log.Warn("answers one request at a time only: no more pipelining (pipeline = 1 says so from the start)");
    }

    /// <summary>Reports once that the device does not answer requests that read over a gap or for many registers.</summary>
    public void ReportSplits()
    {
        if (_hasReportedSplits) return;
        _hasReportedSplits = true;
        log.Info("does not answer some requests that read over gaps; they are split now (max_gap = 0 says so from the start)");
    }

    public virtual ValueTask DisposeAsync()
    {
        Loop.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The requests of the plan that was prepared last; null before.</summary>
    protected ModbusReadPlan? LastPlan => _lastPlan;

    /// <summary>The unit of the first request, or of the options.</summary>
    protected byte Unit => _lastPlan is { Blocks: [var block, ..] } ? block.Unit : (byte)options.UnitId;

    /// <summary>Observes the frames of the connection for the trace; null without one.</summary>
    protected FrameObserver? Observer => _recorder is null ? null : _recorder.Record;

    /// <summary>Observes the frames of the session; null if its connection reports them.</summary>
    protected virtual FrameObserver? SessionObserver => Observer;

    /// <summary>Opens the connection and creates its framing.</summary>
    protected virtual async ValueTask<(IConnection Connection, ModbusFraming Framing)> OpenConnectionAsync(CancellationToken cancel)
    {
        var connection = await TcpConnection.ConnectAsync(options.Host, options.Port.Number, cancel).ConfigureAwait(false);
        return (connection, options.Format == FrameFormat.Rtu ? new RtuFraming() : new MbapFraming(options.TransactionIds));
    }

    /// <summary>Returns the properties of the connection beside those of the device.</summary>
    protected virtual IEnumerable<DeviceProperty> DescribeLine() => [];

    private async ValueTask<RequestSession> OpenAsync(RequestTable table, CancellationToken cancel)
    {
        (var connection, _framing) = await OpenConnectionAsync(cancel).ConfigureAwait(false);
        return new RequestSession(connection, _framing, table) { MaxInFlight = options.RequestsInFlight, Observer = SessionObserver };
    }

    private List<ModbusAddress> Addresses(IReadOnlyList<TagDefinition> tags, Func<ModbusAddress, string?> whyRefused)
    {
        ByteOrders.TryParse(options.ByteOrder, out var order);
        var parser = new ModbusAddressParser((byte)options.UnitId, order, options.RegisterBits / 8);
        return TagAddresses.Parse(tags, tag => (parser.Parse(tag, out var problem).GetValueOrDefault(), problem), whyRefused);
    }

    private string TooWide(ModbusAddress address) =>
        $"needs {address.Width} registers in one request, but max_registers is {options.RegistersPerRequest}";

    private bool Fits(ModbusAddress address) => address.Area.IsBits() || address.Width <= options.RegistersPerRequest;
}
