using System.Buffers.Binary;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Plugins.S7.Writing;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Writes one value with one request, so that the CPU never holds half of it. Before a text its head is read: the greatest length that the
/// CPU keeps there is respected and left alone.
/// </summary>
internal sealed class S7Writer(ExchangeLoop loop, WriteTag[] tags) : IWriter, IExchange
{
    private readonly byte[] _packet = new byte[CotpData.PduStart + SetupCommunication.MostPdu];
    private readonly byte[] _image = new byte[tags.Select(tag => tag.Address.Bytes).DefaultIfEmpty().Max()];

    // The write that is running.
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

    int IExchange.Prepare(in SetupCommunication setup)
    {
        if (_fault is not null) throw new RefusedException($"{_fault.Reason}; nothing was written");
        switch (_step)
        {
            case Step.ReadHead: PrepareHead(); return 1;
            case Step.Write: PrepareWrite(setup.PduSize); return 1;
            default: return 0;
        }
    }

    Memory<byte> IExchange.Packets(int first, int count) => _packet.AsMemory(0, _length);

    bool IExchange.Take(int request, ReadOnlySpan<byte> pdu)
    {
        if (_step == Step.ReadHead) TakeHead(pdu);
        else TakeAnswer(pdu);
        _step++;
        return true;
    }

    bool IExchange.TryEndEarly() => false;

    private void PrepareHead()
    {
        var address = _tag.Address;
        _length = ReadVar.Write(_packet, 1);
        VarItem.Write(ReadVar.Item(_packet, 0), address.Area, address.Block, address.Offset, S7TextBytes.HeadBytes(address.Type));
    }

    private void TakeHead(ReadOnlySpan<byte> pdu)
    {
        var bytes = S7TextBytes.HeadBytes(_tag.Address.Type);
        _fault = ReadVar.Only(pdu, bytes, out var head);
        if (_fault is null) KeepHead(bytes == 2 ? head[0] : BinaryPrimitives.ReadUInt16BigEndian(head));
    }

    // A text that was never written has no greatest length yet: then it gets the one of the address.
    private void KeepHead(int most)
    {
        var (type, half) = (_tag.Address.Type, S7TextBytes.HeadBytes(_tag.Address.Type) / 2);
        var length = half == 1 ? _image[1] : BinaryPrimitives.ReadUInt16BigEndian(_image.AsSpan(2));
        _end = (2 * half) + (length * S7TextBytes.CharBytes(type));
        _from = most == 0 ? 0 : half;
        if (most != 0 && length > most)
            throw new RefusedException($"a text of {length} characters, but the CPU has room for {most}; nothing was written");
        if (half == 1) _image[0] = (byte)_tag.Address.Length;
        else BinaryPrimitives.WriteUInt16BigEndian(_image, (ushort)_tag.Address.Length);
    }

    private void PrepareWrite(int pduSize)
    {
        var (address, most) = (_tag.Address, WriteVar.MostBytes(pduSize));
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

    private void TakeAnswer(ReadOnlySpan<byte> pdu)
    {
        _fault = WriteVar.Check(pdu);
        if (_fault is { IsAnswer: false }) throw new LinkException($"{_fault.Reason}: whether the value was written is unknown");
    }
}
