using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Plan;
using PlantRuntime.Plugins.Modbus.Session;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>One device or gateway: parses and merges once, connects, and lends its session to the readers it prepared.</summary>
internal sealed class ModbusDriver(ModbusOptions options, IPluginLog log) : IWritable
{
    private RequestSession? _session;

    public string Endpoint { get; } = options.Host.Contains(':') ? $"[{options.Host}]:{options.Port}" : $"{options.Host}:{options.Port}";

    /// <summary>How deep this device can be pipelined: learnt once, kept over reconnects.</summary>
    public PipelineDepth Pipeline { get; } = new(options.Pipeline);

    /// <summary>What became of requests and replies.</summary>
    public RequestTable Requests { get; } = new();

    /// <summary>The connection.</summary>
    /// <exception cref="NotConnectedException">There is none.</exception>
    public RequestSession Session => _session ?? throw new NotConnectedException("not connected");

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) =>
        new ModbusReader(this, new ReadPlan(Addresses(tags, address => Fits(address) ? null : TooWide(address)), options));

    public IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags) => new ModbusWriter(this, Addresses(tags, ModbusWriter.Objection));

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        Disconnect();
        try
        {
            Requests.GiveUp();
            var link = await TcpLink.ConnectAsync(options.Host, options.Port, cancel).ConfigureAwait(false);
            _session = new RequestSession(link, new ModbusFraming(), Requests);
        }
        catch (LinkException e)
        {
            throw new NotConnectedException(e.Message, e);
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

    /// <summary>Learns from a train how deep the device can be pipelined.</summary>
    public void TrainEnded(int requests, bool isWhole)
    {
        if (isWhole) Pipeline.Answered(requests);
        else if (Pipeline.Broke(requests))
            log.Warn("answers one request at a time only: no more pipelining (pipeline = 1 says so from the start)");
    }

    public ValueTask DisposeAsync()
    {
        Disconnect();
        return ValueTask.CompletedTask;
    }

    private List<ModbusAddress> Addresses(IReadOnlyList<TagDefinition> tags, Func<ModbusAddress, string?> objection)
    {
        ByteOrders.TryParse(options.ByteOrder, out var order);
        var parser = new ModbusAddressParser((byte)options.UnitId, order);
        var problems = new List<AddressProblem>();
        var addresses = new List<ModbusAddress>();
        foreach (var tag in tags)
        {
            if (parser.Parse(tag, out var problem) is not { } address) problems.Add(problem!);
            else if (objection(address) is { } wrong) problems.Add(new AddressProblem(tag, wrong));
            else addresses.Add(address);
        }

        return problems.Count == 0 ? addresses : throw new AddressException(problems);
    }

    private string TooWide(ModbusAddress address) =>
        $"needs {address.Width} registers in one request, but max_registers is {options.MaxRegisters}";

    private bool Fits(ModbusAddress address) => address.Area.IsBits() || address.Width <= options.MaxRegisters;
}
