using System.Buffers.Binary;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// Writes one value with one request, so that the device never holds a partly written value; a part of a register is read before, if
/// site.toml says so. The host calls <see cref="WriteAsync"/>; within it <see cref="ExchangeLoop{TSession}"/> calls the <see
/// cref="IExchange"/> members, one call at a time; not thread-safe. It borrows the driver's loop, owns its frame buffer, and never retries.
/// </summary>
internal sealed class ModbusWriter(ModbusDriver driver, IReadOnlyList<ModbusAddress> tags) : IWriter, IExchange
{
    private const string OutcomeUnknown = "whether the value was written is unknown";
    private const string NothingWritten = "nothing was written";

    private readonly byte[] _frame = new byte[Mbap.MaxBytes];

    // State of the running write.
    private ModbusAddress _address;
    private int _length;
    private Step _step;
    private ushort _bits;
    private ushort _mask;
    private ReplyFault? _fault;

    private enum Step
    {
        Read,
        Write,
        Done,
    }

    private ModbusFrame Format => driver.Dialect.Frame;

    /// <summary>Returns the reason why an address cannot be written, whatever the value, or null if it can be.</summary>
    public static string? WhyRefused(ModbusAddress address) => address switch
    {
        { Area: ModbusArea.Discrete or ModbusArea.Input } =>
            $"{address.Area.Name()} can only be read: Modbus writes coils and holding registers",
        { RegisterBytes: not ModbusDialect.StandardRegisterBytes, Area: ModbusArea.Holding } => "registers of 32 bits can only be read",
        { Type: ModbusType.String } when address.StringBytes % 2 != 0 =>
            "shares its last register with a byte of others, which a write would change: give it an even length",
        { Width: > ModbusWriteRequest.MaxRegisters } =>
            $"needs {address.Width} registers, but one write carries {ModbusWriteRequest.MaxRegisters}",
        _ => null,
    };

    public ValueTask WriteAsync(int tag, Value value, CancellationToken cancel)
    {
        (_address, _fault, _step) = (tags[tag], null, Step.Write);
        if (_address.Bit < 0) EncodeWhole(value);
        else EncodePart(value);
        return driver.Loop.RunAsync(this, cancel);
    }

    public Value? Preview(int tag, Value value)
    {
        var address = tags[tag];
        if (address.Area == ModbusArea.Coil) return ModbusValues.ToBit(value) ?? throw Unfit(address, value, "TRUE or FALSE");
        Span<ushort> registers = stackalloc ushort[address.Width];
        if (ModbusValues.Write(address, value, registers) is { } expected) throw Unfit(address, value, expected);
        Span<byte> bytes = stackalloc byte[2 * address.Width];
        for (var i = 0; i < registers.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(bytes[(2 * i)..], registers[i]);
        return address.Type == ModbusType.String
            ? ModbusValues.Text(bytes, address.StringBytes, address.Order)
            : ModbusValues.Number(address, bytes);
    }

    int IExchange.PrepareRound()
    {
        if (_fault is not null) throw ExceptionOf(_fault);
        return _step == Step.Done ? 0 : 1;
    }

    Memory<byte> IExchange.Frames(int first, int count) => _frame.AsMemory(0, _length);

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        if (_step == Step.Read) AcceptRegister(frame);
        else (_step, _fault) = (Step.Done, ModbusWriteRequest.CheckReply(frame, _frame.AsSpan(0, _length), driver.Dialect));
        return true;
    }

    // A broadcast (unit 0) has no reply.
    void IExchange.GiveUp(int request)
    {
        if (_address.Unit != 0 && !((IExchange)this).TryCompleteAtTimeout())
            throw new IOException($"{ModbusDriver.NoAnswer}; {OutcomeUnknown}");
        _step = Step.Done;
    }

    bool IExchange.TryCompleteAtTimeout()
    {
        if (_step == Step.Read) throw new RefusedException($"no answer in time to the read before the write; {NothingWritten}");
        return driver.WhyNoReply is { } why ? throw new IOException($"{why}; {OutcomeUnknown}") : false;
    }

    string IExchange.ConnectionLost(string reason) => _step == Step.Read ? $"{reason}; {NothingWritten}" : $"{reason}; {OutcomeUnknown}";

    // With the codes 1, 2, 3, 6, 7 and 0A the device did not execute the request; with the others that is unknown (Application Protocol
    // V1.1b3, clause 7).
    private Exception ExceptionOf(ReplyFault fault) => fault.Code switch
    {
        _ when _step == Step.Read => new RefusedException(
            $"the register could not be read before the write: {fault.Reason}; {NothingWritten}"),
        1 when Function == FunctionCode.MaskWriteRegister => new RefusedException(
            "the device lacks function 22, which changes a part of a register (01); nothing was written; "
            + "bit_writes = \"read_modify_write\" reads, changes and writes the register instead"),
        1 when Function is FunctionCode.WriteSingleCoil or FunctionCode.WriteSingleRegister => new RefusedException(
            $"{fault.Reason} (01); {NothingWritten}; single_writes = false uses the functions 15 and 16, if the device has only these"),
        1 or 2 or 3 or 6 or 7 or 0x0A => new RefusedException($"{fault.Reason} ({fault.Code:X2}); {NothingWritten}"),
        0 => new IOException($"{fault.Reason}; {OutcomeUnknown}"),
        _ => new IOException($"{fault.Reason} ({fault.Code:X2}); {OutcomeUnknown}"),
    };

    private FunctionCode Function => (FunctionCode)_frame[Format.HeadBytes];

    private static RefusedException Unfit(in ModbusAddress address, Value value, string expected)
    {
        var shown = value.IsNull ? "no value" : value.Kind == ValueKind.Array ? "a list" : value.Text;
        var type = address.Type.ToString().ToUpperInvariant();
        return new RefusedException($"{shown} does not fit {type}, which holds {expected}; {NothingWritten}")
        {
            NeedsWholeNumber = address.Area != ModbusArea.Coil && LosslessConversion.HasFraction(value)
                && address.Type is not (ModbusType.Bool or ModbusType.Float32 or ModbusType.Float64 or ModbusType.String),
        };
    }

    private void EncodeWhole(Value value)
    {
        var start = (ushort)_address.Offset;
        if (_address.Area == ModbusArea.Coil)
        {
            var bit = ModbusValues.ToBit(value) ?? throw Unfit(_address, value, "TRUE or FALSE");
            _length = driver.Options.SingleWrites
                ? ModbusWriteRequest.WriteCoil(_frame, _address.Unit, start, bit, Format)
                : ModbusWriteRequest.WriteCoils(_frame, _address.Unit, start, [bit], Format);
            return;
        }

        Span<ushort> registers = stackalloc ushort[ModbusWriteRequest.MaxRegisters];
        registers = registers[.._address.Width];
        if (ModbusValues.Write(_address, value, registers) is { } expected) throw Unfit(_address, value, expected);
        EncodeRegisters(registers);
    }

    private void EncodeRegisters(ReadOnlySpan<ushort> registers) =>
        _length = registers.Length == 1 && driver.Options.SingleWrites
            ? ModbusWriteRequest.WriteRegister(_frame, _address.Unit, (ushort)_address.Offset, registers[0], Format)
            : ModbusWriteRequest.WriteRegisters(_frame, _address.Unit, (ushort)_address.Offset, registers, Format);

    private void EncodePart(Value value)
    {
        if (ModbusValues.WritePart(_address, value, out _bits, out _mask) is { } expected) throw Unfit(_address, value, expected);
        var start = (ushort)_address.Offset;
        if (driver.Options.BitWrites == BitWriteMethod.Mask)
        {
            _length = ModbusWriteRequest.MaskWrite(_frame, _address.Unit, start, (ushort)~_mask, _bits, Format);
            return;
        }

        if (_address.Unit == 0 && driver.Options.SerialPort is not null)
            throw new RefusedException($"a register of all units cannot be read before the write; {NothingWritten}");
        _step = Step.Read;
        _length = ModbusReadRequest.Write(_frame, _address.Unit, FunctionCode.ReadHoldingRegisters, start, 1, driver.Dialect);
    }

    private void AcceptRegister(ReadOnlySpan<byte> frame)
    {
        _fault = ModbusReadRequest.ParseReply(frame, _address.Unit, FunctionCode.ReadHoldingRegisters, 1, driver.Dialect, out var register);
        if (_fault is not null) return;
        _step = Step.Write;
        EncodeRegisters([(ushort)((BinaryPrimitives.ReadUInt16BigEndian(register) & ~_mask) | _bits)]);
    }
}
