using System.Globalization;

namespace PlantRuntime.Contracts;

/// <summary>
/// The value of a tag: an immutable union without boxing. Only <see cref="ValueKind.Text"/> and <see cref="ValueKind.Array"/> refer to the
/// heap.
/// </summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly long _bits;
    private readonly object? _object;

    private Value(ValueKind kind, long bits, object? content = null)
    {
        Kind = kind;
        _bits = bits;
        _object = content;
    }

    /// <summary>No value.</summary>
    public static Value Null => default;

    /// <summary>The kind of the value.</summary>
    public ValueKind Kind { get; }

    /// <summary>True if there is no value.</summary>
    public bool IsNull => Kind == ValueKind.Null;

    /// <summary>True for integers and floats. A bool is not a number, although <see cref="Number"/> returns 0 or 1 for it.</summary>
    public bool IsNumber => Kind is ValueKind.Int or ValueKind.UInt or ValueKind.Float32 or ValueKind.Float64;

    /// <summary>The value as a double; NaN for null, arrays and text that <see cref="NumberText"/> does not read as a number.</summary>
    public double Number => Kind switch
    {
        ValueKind.Float64 => BitConverter.Int64BitsToDouble(_bits),
        ValueKind.Float32 => BitConverter.Int32BitsToSingle((int)_bits),
        ValueKind.Int or ValueKind.Bool => _bits,
        ValueKind.UInt => (ulong)_bits,
        ValueKind.Text => NumberText.TryParse((string)_object!, out var number) ? number.Number : double.NaN,
        _ => double.NaN,
    };

    /// <summary>The value as a bool: a number is true if it is not 0; null, NaN, arrays and text other than "true" are false.</summary>
    public bool Bool => Kind switch
    {
        ValueKind.Null or ValueKind.Array => false,
        ValueKind.Text => string.Equals((string)_object!, "true", StringComparison.OrdinalIgnoreCase),
        ValueKind.Float32 or ValueKind.Float64 => Number is not (0 or double.NaN),
        _ => _bits != 0,
    };

    /// <summary>The value as a 64-bit integer, truncated toward zero and saturated; 0 if it is not a number.</summary>
    public long Int => Kind switch
    {
        ValueKind.Int or ValueKind.Bool => _bits,
        ValueKind.UInt => _bits < 0 ? long.MaxValue : _bits,
        ValueKind.Text => NumberText.TryParse((string)_object!, out var number) ? number.Int : 0,
        _ => Number is var number && double.IsNaN(number) ? 0 : (long)number,
    };

    /// <summary>The value as an unsigned 64-bit integer; valid for <see cref="ValueKind.UInt"/> and non-negative numbers.</summary>
    public ulong UInt => Kind switch
    {
        ValueKind.UInt or ValueKind.Int or ValueKind.Bool => (ulong)_bits,
        ValueKind.Text => NumberText.TryParse((string)_object!, out var number) ? number.UInt : 0,
        _ => (ulong)Math.Max(0, Number),
    };

    /// <summary>The text of a <see cref="ValueKind.Text"/>; for any other kind <see cref="ToString"/>. Empty for null.</summary>
    public string Text => Kind == ValueKind.Text ? (string)_object! : ToString();

    /// <summary>The items of a <see cref="ValueKind.Array"/>; empty for any other kind.</summary>
    public ReadOnlySpan<Value> Items => Kind == ValueKind.Array ? (Value[])_object! : [];

    /// <summary>A TRUE or FALSE.</summary>
    public static Value Of(bool value) => new(ValueKind.Bool, value ? 1 : 0);

    /// <summary>A signed integer.</summary>
    public static Value Of(long value) => new(ValueKind.Int, value);

    /// <summary>An unsigned 64-bit integer.</summary>
    public static Value Of(ulong value) => new(ValueKind.UInt, (long)value);

    /// <summary>A single.</summary>
    public static Value Of(float value) => new(ValueKind.Float32, BitConverter.SingleToInt32Bits(value));

    /// <summary>A double.</summary>
    public static Value Of(double value) => new(ValueKind.Float64, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Text; null text is <see cref="Null"/>.</summary>
    public static Value Of(string? value) => value is null ? default : new(ValueKind.Text, 0, value);

    /// <summary>Several values. The value takes ownership of the array; the caller must not change it.</summary>
    public static Value Of(Value[] items) => new(ValueKind.Array, items.Length, items);

    /// <summary>A TRUE or FALSE.</summary>
    public static implicit operator Value(bool value) => Of(value);

    /// <summary>A signed integer.</summary>
    public static implicit operator Value(int value) => Of((long)value);

    /// <summary>A signed integer.</summary>
    public static implicit operator Value(long value) => Of(value);

    /// <summary>An unsigned integer.</summary>
    public static implicit operator Value(ulong value) => Of(value);

    /// <summary>A single.</summary>
    public static implicit operator Value(float value) => Of(value);

    /// <summary>A double.</summary>
    public static implicit operator Value(double value) => Of(value);

    /// <summary>Text.</summary>
    public static implicit operator Value(string? value) => Of(value);

    /// <summary>The value as a double, as <see cref="Number"/> reads it.</summary>
    public static explicit operator double(Value value) => value.Number;

    /// <summary>
    /// True for the same kind and content. Floats are compared by their bits: NaN equals the same NaN, so that it is not reported as a
    /// change, and 0 differs from -0.
    /// </summary>
    public static bool operator ==(Value left, Value right) => left.Equals(right);

    /// <summary>The opposite of ==.</summary>
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Value other) =>
        Kind == other.Kind && _bits == other._bits && (ReferenceEquals(_object, other._object)
            || (Kind == ValueKind.Text ? string.Equals((string)_object!, (string)other._object!, StringComparison.Ordinal)
                : Items.SequenceEqual(other.Items)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _bits, Kind == ValueKind.Text ? _object : null);

    /// <summary>
    /// Formats the value for people: [1, 2] for arrays, TRUE/FALSE for bools, the shortest round-trip digits for floats. Culture-invariant.
    /// </summary>
    public override string ToString() => Kind switch
    {
        ValueKind.Bool => _bits != 0 ? "TRUE" : "FALSE",
        ValueKind.Int => _bits.ToString(CultureInfo.InvariantCulture),
        ValueKind.UInt => ((ulong)_bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.Float32 => BitConverter.Int32BitsToSingle((int)_bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.Float64 => Number.ToString(CultureInfo.InvariantCulture),
        ValueKind.Text => (string)_object!,
        ValueKind.Array => $"[{string.Join(", ", (Value[])_object!)}]",
        _ => "",
    };
}

/// <summary>The kind of a <see cref="Value"/>.</summary>
public enum ValueKind : byte
{
    /// <summary>No value: the tag could not be read, or an operator removed the value.</summary>
    Null,

    /// <summary>TRUE or FALSE.</summary>
    Bool,

    /// <summary>A signed integer of up to 64 bits.</summary>
    Int,

    /// <summary>An unsigned integer of 64 bits; smaller unsigned types use <see cref="Int"/>.</summary>
    UInt,

    /// <summary>An IEEE 754 single; separate from <see cref="Float64"/> so that 0.1 is written as 0.1.</summary>
    Float32,

    /// <summary>An IEEE 754 double.</summary>
    Float64,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Several values under one name, such as an array of a PLC.</summary>
    Array,
}
