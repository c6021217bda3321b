using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Structures;

namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>
/// A text, an array or a structure. It is created when its bytes have changed and shown again for as long as they are the same, so that a
/// steady scan allocates nothing.
/// </summary>
internal sealed class ValueCache(TagBinding tag)
{
    private readonly TagType _type = tag.Type!;
    private readonly int _count = tag.Address.Count;
    private byte[] _bytes = [];
    private bool _isCreated;
    private Value _value;

    /// <summary>The value; null when the bytes are none of its type.</summary>
    public Value From(ReadOnlySpan<byte> bytes)
    {
        if (_isCreated && bytes.SequenceEqual(_bytes)) return _value;
        if (_bytes.Length != bytes.Length) _bytes = new byte[bytes.Length];
        bytes.CopyTo(_bytes);
        _isCreated = true;
        return _value = _count > 0 ? CreateArray(bytes) : CreateElement(bytes);
    }

    private Value CreateArray(ReadOnlySpan<byte> bytes)
    {
        var items = new Value[_count];
        for (var i = 0; i < _count; i++)
        {
            if (tag.IsBoolArray)
            {
                if (!EtherNetIpValues.TryReadBit(bytes, tag.FirstBit + i, out items[i])) return default;
                continue;
            }

            var at = i * _type.ElementBytes;
            items[i] = at + _type.ElementBytes > bytes.Length ? default : CreateElement(bytes.Slice(at, _type.ElementBytes));
            if (items[i].IsNull) return default;
        }

        return Value.Of(items);
    }

    private Value CreateElement(ReadOnlySpan<byte> bytes)
    {
        if (_type.Structure is { TextCapacity: > 0 } text) return Value.Of(EtherNetIpTexts.Read(bytes, text.TextCapacity));
        if (_type.Structure is { } structure) return Value.Of(StructureJson.Write(structure, bytes));
        return _type.Type switch
        {
            EtherNetIpType.ShortString => Value.Of(EtherNetIpTexts.ReadShort(bytes)),
            EtherNetIpType.LongString => Value.Of(EtherNetIpTexts.ReadLong(bytes)),
            _ => EtherNetIpValues.TryRead(_type.Type, bytes, out var value) ? value : default,
        };
    }
}
