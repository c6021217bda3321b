using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Session;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Writes one value with one request, so that the device never holds half of it.</summary>
internal sealed class ModbusWriter(ModbusDriver driver, IReadOnlyList<ModbusAddress> tags) : IWriter
{
    private const string IsUnknown = "whether the value was written is unknown";

    /// <summary>Why an address cannot be written whatever the value, or null.</summary>
    public static string? Objection(ModbusAddress address) => address switch
    {
        { Area: ModbusArea.Discrete or ModbusArea.Input } => $"{address.Area.Name()} can only be read: Modbus writes coils and holding registers",
        { Bit: >= 0 } => "a bit of a register is not written alone, as its neighbours may change meanwhile: write the register, or a coil",
        { Type: ModbusType.String } when address.StringBytes % 2 != 0 =>
            "shares its last register with a byte of others, which a write would change: give it an even length",
        { Width: > WriteMultipleRegisters.Most } => $"needs {address.Width} registers, but one write carries {WriteMultipleRegisters.Most}",
        _ => null,
    };

    public async ValueTask WriteAsync(int tag, Value value, CancellationToken cancel)
    {
        var session = driver.Session;
        var heard = session.Received;
        try
        {
            Check(await SendAsync(new WriteRequests(session), tags[tag], value, cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException e)
        {
            if (session.TryGiveUp(isSilent: session.Received == heard)) throw;
            driver.Disconnect();
            throw new NotConnectedException($"no answer to anything twice in a row; {IsUnknown}", e);
        }
        catch (Exception e) when (LinkException.From(e) is { } lost)
        {
            driver.Disconnect();
            throw new NotConnectedException($"{lost.Message}; {IsUnknown}", e);
        }
    }

    private static ValueTask<ReplyFault?> SendAsync(WriteRequests requests, in ModbusAddress address, Value value, CancellationToken cancel)
    {
        var start = (ushort)address.Offset;
        if (address.Area == ModbusArea.Coil)
            return requests.CoilAsync(address.Unit, start, ModbusRegisters.Bit(value) ?? throw Unfit(address, value, "TRUE or FALSE"), cancel);
        Span<ushort> registers = stackalloc ushort[WriteMultipleRegisters.Most];
        registers = registers[..address.Width];
        if (ModbusRegisters.Write(address, value, registers) is { } expected) throw Unfit(address, value, expected);
        return address.Width == 1
            ? requests.RegisterAsync(address.Unit, start, registers[0], cancel)
            : requests.RegistersAsync(address.Unit, start, registers, cancel);
    }

    /// <summary>
    /// Some exceptions say that nothing was done, others only that something went wrong on the way (Application Protocol V1.1b3, clause 7).
    /// </summary>
    private static void Check(ReplyFault? fault)
    {
        switch (fault?.Code)
        {
            case null: return;
            case 0: throw new LinkException(fault.Reason);
            case 1 or 2 or 3 or 6 or 7 or 0x0A: throw new RefusedException($"{fault.Reason} ({fault.Code:X2}); nothing was written");
            default: throw new IOException($"{fault.Reason} ({fault.Code:X2}); {IsUnknown}");
        }
    }

    private static RefusedException Unfit(in ModbusAddress address, Value value, string expected)
    {
        var shown = value.IsNull ? "no value" : value.Kind == ValueKind.Array ? "a list" : value.Text;
        var type = address.Type.ToString().ToUpperInvariant();
        return new RefusedException($"{shown} does not fit {type}, which holds {expected}; nothing was written");
    }
}
