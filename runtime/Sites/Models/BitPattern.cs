using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Sites.Models;

/// <summary>
/// The bits of a number that mean that a device has no value, such as 8000 for 16 bits. Immutable; matching allocates nothing.
/// </summary>
internal sealed class BitPattern
{
    private const int MaxDigits = 16;

    private readonly ulong _bits;
    private readonly int _width;

    private BitPattern(ulong bits, int width, string text)
    {
        (_bits, _width) = (bits, width);
        Reason = $"not available: the device holds {text}";
    }

    /// <summary>The reason of a tag that has these bits.</summary>
    public string Reason { get; }

    /// <summary>Parses hex digits, with or without blanks; null if the text is no pattern of 1 to 8 bytes.</summary>
    public static BitPattern? TryParse(string text)
    {
        var digits = text.Replace(" ", "", StringComparison.Ordinal);
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        var isPattern = digits.Length is > 0 and <= MaxDigits && digits.Length % 2 == 0
            && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
        return isPattern ? new BitPattern(ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            4 * digits.Length, text) : null;
    }

    /// <summary>
    /// Returns whether a value has these bits: an integer as signed or unsigned number of so many bits, a float as its IEEE 754 bits.
    /// </summary>
    public bool Matches(in Value value) => value.Kind switch
    {
        ValueKind.Int => value.Int == SignExtended || (value.Int >= 0 && (ulong)value.Int == _bits),
        ValueKind.UInt => value.UInt == _bits,
        ValueKind.Float32 => _width == 32 && BitConverter.SingleToUInt32Bits((float)value.Number) == (uint)_bits,
        ValueKind.Float64 => _width == 64 && BitConverter.DoubleToUInt64Bits(value.Number) == _bits,
        _ => false,
    };

    private long SignExtended => (long)(_bits << (64 - _width)) >> (64 - _width);
}
