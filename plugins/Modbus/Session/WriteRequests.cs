using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Session;

/// <summary>Writes, one request at a time. A fault says that the device refused, or that its reply does not confirm the write.</summary>
/// <param name="session">The connection.</param>
internal sealed class WriteRequests(RequestSession session)
{
    private readonly byte[] _frame = new byte[Mbap.MostBytes];

    private delegate ReplyFault? Parse(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> request);

    public ValueTask<ReplyFault?> CoilAsync(byte unit, ushort address, bool value, CancellationToken cancel) =>
        WriteAsync(WriteSingleCoil.Write(_frame, unit, address, value), WriteSingleCoil.Parse, cancel);

    public ValueTask<ReplyFault?> RegisterAsync(byte unit, ushort address, ushort value, CancellationToken cancel) =>
        WriteAsync(WriteSingleRegister.Write(_frame, unit, address, value), WriteSingleRegister.Parse, cancel);

    public ValueTask<ReplyFault?> CoilsAsync(byte unit, ushort start, ReadOnlySpan<bool> values, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, WriteMultipleCoils.Most, nameof(values));
        return WriteAsync(WriteMultipleCoils.Write(_frame, unit, start, values), WriteMultipleCoils.Parse, cancel);
    }

    public ValueTask<ReplyFault?> RegistersAsync(byte unit, ushort start, ReadOnlySpan<ushort> values, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, WriteMultipleRegisters.Most, nameof(values));
        return WriteAsync(WriteMultipleRegisters.Write(_frame, unit, start, values), WriteMultipleRegisters.Parse, cancel);
    }

    private async ValueTask<ReplyFault?> WriteAsync(int length, Parse parse, CancellationToken cancel)
    {
        await session.SendAsync(_frame.AsMemory(0, length), 0, cancel).ConfigureAwait(false);
        var reply = await session.ReceiveAsync(cancel).ConfigureAwait(false);
        return parse(reply.Frame.Span, _frame.AsSpan(0, length));
    }
}
