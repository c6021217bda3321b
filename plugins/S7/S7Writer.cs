using System.Buffers.Binary;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Plugins.S7.Writing;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Writes one value with one request, so that the CPU never holds a partly written value. Before it writes a STRING or WSTRING it reads the
/// head of the text and keeps the maximum length that the CPU has there. The host calls <see cref="WriteAsync"/>; within it
/// <see cref="ExchangeLoop{TSession}"/> calls the <see cref="IExchange"/> members, one call at a time; not thread-safe. It borrows the
/// driver's loop, owns its packet and value buffers, and never retries.
/// </summary>
internal sealed class S7Writer(ExchangeLoop<S7Session> loop, WriteTag[] tags) : IWriter, IExchange
{
    private readonly byte[] _packet = new byte[CotpData.PduStart + SetupCommunication.MaxPdu];
    private readonly byte[] _image = new byte[tags.Select(tag => tag.Address.Bytes).DefaultIfEmpty().Max()];

    // State of the running write: the bytes of the value from _from to _end are written.
    private WriteTag _tag = null!;
    private int _length;
    private int _from;
    private int _end;
    private Step _step;
    private S7Fault? _fault;

    private enum Step
    {
        ReadHead,
        Write,
        Done,
    }

    public ValueTask WriteAsync(int tag, Value value, CancellationToken cancel)
    {
        _tag = tags[tag];
        _tag.Encode(value, _image.AsSpan(0, _tag.Address.Bytes));
        (_fault, _from, _end, _step) = (null, 0, _tag.Address.Bytes, _tag.HasHead ? Step.ReadHead : Step.Write);
        return loop.RunAsync(this, cancel);
    }

    public Value? Preview(int tag, Value value) => tags[tag].Preview(value);

    int IExchange.PrepareRound()
    {
        if (_fault is not null) throw new RefusedException($"{_fault.Reason}; nothing was written");
        switch (_step)
        {
            case Step.ReadHead: PrepareHead(); return 1;
            case Step.Write: PrepareWrite(loop.Session.Setup.PduSize); return 1;
            default: return 0;
        }
    }

    Memory<byte> IExchange.Frames(int first, int count) => _packet.AsMemory(0, _length);

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        var pdu = CotpData.Pdu(frame);
        if (_step == Step.ReadHead) AcceptHead(pdu);
        else AcceptReply(pdu);
        _step++;
        return true;
    }

    bool IExchange.TryCompleteAtTimeout() => false;

    bool IExchange.ShowsSilence => false;

    private void PrepareHead()
    {
        var address = _tag.Address;
        _length = ReadVar.Write(_packet, 1);
        VarItem.Write(ReadVar.Item(_packet, 0), address.Area, address.Block, address.Offset, S7Texts.HeadBytes(address.Type));
    }

    private void AcceptHead(ReadOnlySpan<byte> pdu)
    {
        var bytes = S7Texts.HeadBytes(_tag.Address.Type);
        _fault = ReadVar.ParseSingle(pdu, bytes, out var head);
        if (_fault is null) SelectBytesToWrite(bytes == 2 ? head[0] : BinaryPrimitives.ReadUInt16BigEndian(head));
    }

    // Without a maximum length in the CPU, as in a text that was never written, the whole head is written, with the length of the address
    // as maximum. Otherwise the bytes begin after the maximum length.
    private void SelectBytesToWrite(int most)
    {
        var (type, half) = (_tag.Address.Type, S7Texts.HeadBytes(_tag.Address.Type) / 2);
        var length = half == 1 ? _image[1] : BinaryPrimitives.ReadUInt16BigEndian(_image.AsSpan(2));
        _end = (2 * half) + (length * S7Texts.CharBytes(type));
        _from = most == 0 ? 0 : half;
        if (most != 0 && length > most)
            throw new RefusedException($"a text of {length} characters, but the CPU has room for {most}; nothing was written");
        if (half == 1) _image[0] = (byte)_tag.Address.Length;
        else BinaryPrimitives.WriteUInt16BigEndian(_image, (ushort)_tag.Address.Length);
    }

    private void PrepareWrite(int pduSize)
    {
        var (address, most) = (_tag.Address, WriteVar.MaxBytes(pduSize));
        var bytes = _image.AsSpan(_from.._end);
        if (bytes.Length > most)
        {
            throw new RefusedException(
                $"{bytes.Length} bytes, but one write to this CPU carries {most} (its PDUs have {pduSize}); nothing was written");
        }

        bytes.CopyTo(_packet.AsSpan(WriteVar.Overhead));
        _length = address is { Type: S7Type.Bool, Count: 0 }
            ? WriteVar.WriteBit(_packet, address.Area, address.Block, address.Offset, address.Bit)
            : WriteVar.Write(_packet, address.Area, address.Block, address.Offset + _from, bytes.Length);
    }

    private void AcceptReply(ReadOnlySpan<byte> pdu)
    {
        _fault = WriteVar.Check(pdu);
        if (_fault is { IsAnswer: false }) throw new IOException($"{_fault.Reason}: whether the value was written is unknown");
    }
}
