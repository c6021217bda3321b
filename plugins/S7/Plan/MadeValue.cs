using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// A text or an array. It seldom changes: made once, it is shown again for as long as its bytes, and then its elements, are the same.
/// </summary>
/// <param name="address">Where it is and what it means.</param>
internal sealed class MadeValue(S7Address address)
{
    private readonly byte[] _bytes = new byte[address.Bytes];
    private bool _isMade;
    private Value _value;

    /// <summary>The value; null when the bytes are none of its type.</summary>
    public Value Of(ReadOnlySpan<byte> bytes)
    {
        if (_isMade && bytes.SequenceEqual(_bytes)) return _value;
        bytes.CopyTo(_bytes);
        _isMade = true;
        return _value = address.Count > 0 ? Array(bytes) : Value.Of(S7Texts.Of(address.Type, bytes));
    }

    // Bytes between the elements, behind a text or in a BOOL's byte may change without a change of the array.
    private Value Array(ReadOnlySpan<byte> bytes)
    {
        var last = _value.Items;
        Value[]? made = last.IsEmpty ? new Value[address.Count] : null;
        for (var i = 0; i < address.Count; i++)
        {
            var element = Element(bytes, i);
            if (element.IsNull) return default;
            if (made is null && element == last[i]) continue;
            made ??= last.ToArray();
            made[i] = element;
        }

        return made is null ? _value : Value.Of(made);
    }

    private Value Element(ReadOnlySpan<byte> bytes, int index)
    {
        var at = address.Type == S7Type.Bool ? index / 8 : index * address.Stride;
        var own = bytes.Slice(at, address.ElementBytes);
        if (address.Type.IsText()) return Value.Of(S7Texts.Of(address.Type, own));
        return S7Values.TryNumber(address.Type, index & 7, own, out var value) ? value : default;
    }
}
