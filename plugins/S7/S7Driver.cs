using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Info;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Plugins.S7.Writing;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// The driver of one CPU: parses and merges addresses, connects, and runs the prepared readers, writers, blocks and info requests. It owns
/// the exchange loop and, through it, the connection. The host makes one call at a time; not thread-safe. It has no background task and
/// never reconnects or retries.
/// </summary>
internal sealed class S7Driver : IWritable, IBlockAccess, IBrowsable, IDescribed, IConnectionProbe
{
    private readonly S7Options _options;
    private readonly TimeProvider _time;
    private readonly FrameObserver? _observer;
    private DeviceInfoReader _facts;
    private int _pduSize;

    public S7Driver(S7Options options, TimeProvider? time = null, WireTrace? trace = null)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        _observer = trace is null ? null : trace.CreateRecorder(S7MessageText.Of).Record;
        _pduSize = options.PduSize;
        _facts = new DeviceInfoReader(Loop);
        Endpoint = options.Host.Contains(':') ? $"[{options.Host}]:{options.Port}" : $"{options.Host}:{options.Port}";
    }

    public bool IsClosedByDevice => Loop.IsClosedByPeer;

    public string Endpoint { get; }

    public string Controller => $"{_options.Host}/{_options.Slot}";

    /// <summary>Runs the exchanges of all readers, writers, blocks and info requests, one at a time.</summary>
    public ExchangeLoop<S7Session> Loop { get; } = new(static (message, inner) => new NotConnectedException(message, inner));

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) =>
        new S7Reader(Loop, new S7ReadPlan(TagAddresses.Parse(tags, Parse), _pduSize), _time);

    public IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags) =>
        new S7Writer(Loop, [.. TagAddresses.Parse(tags, Parse, WriteTag.WhyRefused).Select(address => new WriteTag(address))]);

    public IBlock PrepareBlock(string address, int bytes) => new S7Block(Loop, S7BlockParser.Parse(address, bytes));

    public async IAsyncEnumerable<BrowseEntry> BrowseAsync(BrowseScope scope, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (scope.Root is not null) throw new RefusedException("a CPU lists its blocks as a whole: a filter finds some of them");
        foreach (var entry in await new BlockBrowser(Loop).BrowseAsync(cancel).ConfigureAwait(false)) yield return entry;
    }

    public async ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel)
    {
        var setup = Loop.Session.Setup;
        return
        [
            .. await _facts.ReadAsync(cancel).ConfigureAwait(false),
            new DeviceProperty("pdu", setup.PduSize.ToString(CultureInfo.InvariantCulture)),
            new DeviceProperty("jobs", setup.Jobs.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        await Loop.ConnectAsync((table, token) => S7Session.ConnectAsync(_options, table, _observer, token), cancel).ConfigureAwait(false);
        _pduSize = Loop.Session.Setup.PduSize;
        _facts = new DeviceInfoReader(Loop);
    }

    public ValueTask DisposeAsync()
    {
        Loop.Dispose();
        return ValueTask.CompletedTask;
    }

    private (S7Address Address, AddressProblem? Problem) Parse(TagDefinition tag) =>
        (S7AddressParser.Parse(tag, out var problem, _options.Cpu, _options.Db).GetValueOrDefault(), problem);
}
