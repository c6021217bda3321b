using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// Decodes a text or an array and returns the same object for as long as the bytes, or the decoded elements, are equal: such values
/// seldom change, and equal bytes allocate nothing. One <see cref="ReadTag"/> owns it and calls it within ReadAsync, one call at a
/// time; not thread-safe.
/// </summary>
/// <param name="address">The address of the tag.</param>
internal sealed class CachedValue(S7Address address)
{
    private readonly byte[] _bytes = new byte[address.Bytes];
    private bool _isMade;
    private Value _value;

    /// <summary>The reason why the last bytes are no value of the type, where more is known than that.</summary>
    public string? WhyNoValue { get; private set; }

    /// <summary>Returns the value, or null if the bytes are no value of its type.</summary>
    public Value Decode(ReadOnlySpan<byte> bytes)
    {
        if (_isMade && bytes.SequenceEqual(_bytes)) return _value;
        bytes.CopyTo(_bytes);
        _isMade = true;
        WhyNoValue = null;
        return _value = address.Count > 0 ? Array(bytes) : Text(bytes);
    }

    private Value Text(ReadOnlySpan<byte> bytes)
    {
        var text = S7Texts.Format(address.Type, bytes);
        if (text is null) WhyNoValue = S7Texts.WhyNoText(address.Type, bytes);
        return Value.Of(text);
    }

    // Padding between elements, bytes after the end of a text and unused bits of a BOOL's byte may change without a change of the array.
    private Value Array(ReadOnlySpan<byte> bytes)
    {
        var last = _value.Items;
        Value[]? made = last.IsEmpty ? new Value[address.Count] : null;
        for (var i = 0; i < address.Count; i++)
        {
            var element = Element(bytes, i);
            if (element.IsNull)
            {
                WhyNoValue = $"element {i}: {WhyNoValue ?? ReadTag.NoValue}";
                return default;
            }

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
        if (address.Type.IsText()) return Text(own);
        return S7Values.TryNumber(address.Type, index & 7, own, out var value) ? value : default;
    }
}
