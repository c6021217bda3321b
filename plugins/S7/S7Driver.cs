using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Asking;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Writing;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>One CPU: parses and merges once, connects, and runs what it prepared.</summary>
internal sealed class S7Driver : IWritable, IBlockAccess, IBrowsable, IDescribed
{
    private readonly S7Options _options;
    private readonly ExchangeLoop _loop;
    private DeviceFacts _facts;
    private S7Session? _session;
    private int _pduSize;

    public S7Driver(S7Options options)
    {
        _options = options;
        _pduSize = options.PduSize;
        _loop = new ExchangeLoop(this);
        _facts = new DeviceFacts(_loop);
        Endpoint = options.Host.Contains(':') ? $"[{options.Host}]:{options.Port}" : $"{options.Host}:{options.Port}";
    }

    public string Endpoint { get; }

    /// <summary>What became of jobs and answers.</summary>
    public RequestTable Requests { get; } = new();

    /// <summary>The connection.</summary>
    /// <exception cref="NotConnectedException">There is none.</exception>
    public S7Session Session => _session ?? throw new NotConnectedException("not connected");

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) =>
        new S7Reader(_loop, new ReadPlan(Addresses(tags, static _ => null), _pduSize));

    public IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags) =>
        new S7Writer(_loop, [.. Addresses(tags, WriteTag.Objection).Select(address => new WriteTag(address))]);

    public IBlock PrepareBlock(string address, int bytes) => new S7Block(_loop, S7BlockParser.Parse(address, bytes));

    public ValueTask<IReadOnlyList<BrowseEntry>> BrowseAsync(CancellationToken cancel) => new BlockBrowser(_loop).BrowseAsync(cancel);

    public async ValueTask<IReadOnlyList<DeviceFact>> DescribeAsync(CancellationToken cancel)
    {
        var setup = Session.Setup;
        return
        [
            .. await _facts.AskAsync(cancel).ConfigureAwait(false),
            new DeviceFact("pdu", setup.PduSize.ToString(CultureInfo.InvariantCulture)),
            new DeviceFact("jobs", setup.Jobs.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        Disconnect();
        try
        {
            _session = await S7Session.ConnectAsync(_options, Requests, cancel).ConfigureAwait(false);
            _pduSize = _session.Setup.PduSize;
            _facts = new DeviceFacts(_loop);
        }
        catch (Exception e) when (LinkException.From(e) is { } lost)
        {
            throw new NotConnectedException(lost.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw new NotConnectedException("no answer to the attempt to connect", e);
        }
    }

    /// <summary>Drops the connection: what is left of it cannot be trusted.</summary>
    public void Disconnect()
    {
        _session?.Dispose();
        _session = null;
    }

    public ValueTask DisposeAsync()
    {
        Disconnect();
        return ValueTask.CompletedTask;
    }

    private static List<S7Address> Addresses(IReadOnlyList<TagDefinition> tags, Func<S7Address, string?> objection)
    {
        var problems = new List<AddressProblem>();
        var addresses = new List<S7Address>();
        foreach (var tag in tags)
        {
            if (S7AddressParser.Parse(tag, out var problem) is not { } address) problems.Add(problem!);
            else if (objection(address) is { } wrong) problems.Add(new AddressProblem(tag, wrong));
            else addresses.Add(address);
        }

        return problems.Count == 0 ? addresses : throw new AddressException(problems);
    }
}
