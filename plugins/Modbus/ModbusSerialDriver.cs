using System.Globalization;
using System.IO.Ports;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Diagnosis;
using PlantRuntime.Plugins.Modbus.Session;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Serial;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// The driver of one device on a serial line, which it shares with all drivers that name the same port. It joins the line when it waits for
/// its first turn and leaves it when it is disposed of. The host makes one call at a time; not thread-safe.
/// </summary>
internal sealed class ModbusSerialDriver(
    ModbusOptions options, IPluginLog log, TimeProvider? time = null, WireTrace? trace = null)
    : ModbusDriver(options, log, time, trace), ISharedLine, IDiscoverable
{
    // A line with more damaged replies than one in so many needs attention.
    private const int GoodReplies = 100;

    private readonly SerialUnits _units = new();
    private SerialLink? _link;
    private SerialFraming? _framing;
    private bool _hasReportedEcho;

    public override string Endpoint => $"{Options.SerialPort} {Settings}";

    /// <summary>The settings of the line during the turns of this device.</summary>
    public SerialSettings Settings { get; } = SettingsOf(options);

    private SerialLink Link => _link ??= SerialLink.Join(Settings, Time);

    public static SerialSettings SettingsOf(ModbusOptions options) => new(
        options.SerialPort!, options.Baud,
        options.Parity switch { ParityBit.Even => Parity.Even, ParityBit.Odd => Parity.Odd, _ => Parity.None },
        options.DataBits, options.StopBits == 2 ? StopBits.Two : StopBits.One)
    {
        RtsSends = options.RtsDirection,
        HasEcho = options.Echo,
    };

    public ValueTask WaitForTurnAsync(CancellationToken cancel) => Link.WaitForTurnAsync(cancel);

    public void EndTurn()
    {
        _link?.EndTurn();
        if (_hasReportedEcho || _framing is not { HasEcho: true } || Options.Echo) return;
        _hasReportedEcho = true;
        Log.Warn("the adapter returns what it sends (echo = true drops it, so that it is never taken for the reply to a write)");
    }

    public override IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new SerialDiagnosis(Options, Settings, LastPlan, Time).RunAsync(cancel);

    public IAsyncEnumerable<DiagnosisStep> DiscoverAsync(
        IReadOnlyCollection<string> given, IProgress<string> progress, CancellationToken cancel) =>
        new SerialDiscovery(Options, Settings, given, progress, Time).RunAsync(cancel);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _link?.Dispose();
        _link = null;
    }

    // The connection reports what it sends, repetitions included, and lines of Modbus ASCII.
    protected override FrameObserver? SessionObserver => Observer is not { } observer || Options.Format == FrameFormat.Ascii ? null
        : (isSent, frame, damage) =>
        {
            if (!isSent) observer(isSent, frame, damage);
        };

    protected override ValueTask<(IConnection Connection, ModbusFraming Framing)> OpenConnectionAsync(CancellationToken cancel)
    {
        Link.Open();
        var connection = new SerialConnection(Link, SerialRules.From(Options), _units, Time, Observer);
        _framing = connection.Framing;
        return new ValueTask<(IConnection, ModbusFraming)>((connection, connection.Framing));
    }

    protected override IEnumerable<DeviceProperty> DescribeLine()
    {
        if (_units.ChecksumErrors == 0) yield break;
        var isMany = _units.ChecksumErrors * GoodReplies > _units.Requests;
        yield return new DeviceProperty(Options.Format == FrameFormat.Ascii ? "lrc_errors" : "crc_errors",
            _units.ChecksumErrors.ToString(CultureInfo.InvariantCulture), isMany);
    }
}
