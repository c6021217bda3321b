using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>One CPU: parses and merges once, connects, and lends its session to the readers it prepared.</summary>
internal sealed class S7Driver(S7Options options) : IDriver
{
    private S7Session? _session;
    private int _pduSize = options.PduSize;
    private ExchangeLoop? _loop;

    public string Endpoint { get; } = options.Host.Contains(':') ? $"[{options.Host}]:{options.Port}" : $"{options.Host}:{options.Port}";

    /// <summary>What became of jobs and answers.</summary>
    public RequestTable Requests { get; } = new();

    /// <summary>The connection.</summary>
    /// <exception cref="NotConnectedException">There is none.</exception>
    public S7Session Session => _session ?? throw new NotConnectedException("not connected");

    private ExchangeLoop Loop => _loop ??= new ExchangeLoop(this);

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var problems = new List<AddressProblem>();
        var addresses = new List<S7Address>();
        foreach (var tag in tags)
        {
            if (S7AddressParser.Parse(tag, out var problem) is { } address) addresses.Add(address);
            else problems.Add(problem!);
        }

        return problems.Count == 0 ? new S7Reader(Loop, new ReadPlan(addresses, _pduSize)) : throw new AddressException(problems);
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        Disconnect();
        try
        {
            _session = await S7Session.ConnectAsync(options, Requests, cancel).ConfigureAwait(false);
            _pduSize = _session.Setup.PduSize;
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
}
