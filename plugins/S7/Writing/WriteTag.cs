using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7.Writing;

/// <summary>A tag that may be written, and how its values become bytes.</summary>
/// <param name="address">Where it is and what it means.</param>
internal sealed class WriteTag(S7Address address)
{
    public const string NoInputs = "inputs are not written: the CPU puts the real ones there again at its next cycle";

    public S7Address Address { get; } = address;

    /// <summary>True for a STRING or WSTRING, whose head stays the CPU's.</summary>
    public bool HasHead => Address.Type is S7Type.String or S7Type.WString;

    /// <summary>Why a tag cannot be written whatever its value, or null.</summary>
    public static string? Objection(S7Address address) => address switch
    {
        { Area: S7Area.Input } => NoInputs,
        { Count: > 0, Type: S7Type.String or S7Type.WString } => "an array of texts is not written: give each text a tag of its own",
        { Count: > 0, Type: S7Type.Bool } when address.Count % 8 != 0 =>
            $"BOOL[{address.Count}] shares its last byte with other bits, which a write would change: use BOOL[8], BOOL[16], …",
        _ => null,
    };

    /// <summary>Puts a value into the tag's bytes.</summary>
    /// <exception cref="RefusedException">The type does not hold it without loss.</exception>
    public void Encode(Value value, Span<byte> bytes)
    {
        if (Address.Count == 0)
        {
            EncodeOne(value, bytes, "");
            return;
        }

        if (value.Kind != ValueKind.Array || value.Items.Length != Address.Count)
        {
            var given = value.Kind == ValueKind.Array ? $"{value.Items.Length} values" : Shown(value);
            throw new RefusedException($"{given} for an array of {Address.Count} values");
        }

        bytes.Clear();
        Span<byte> bit = stackalloc byte[1];
        for (var i = 0; i < Address.Count; i++)
        {
            var item = value.Items[i];
            if (Address.Type != S7Type.Bool)
            {
                EncodeOne(item, bytes.Slice(i * Address.Stride, Address.ElementBytes), $"element {i}: ");
                continue;
            }

            EncodeOne(item, bit, $"element {i}: ");
            bytes[i / 8] |= (byte)(bit[0] << (i % 8));
        }
    }

    private void EncodeOne(Value value, Span<byte> bytes, string which)
    {
        var expected = !Address.Type.IsText() ? S7NumberBytes.Write(Address.Type, value, bytes)
            : value.Kind == ValueKind.Text ? S7TextBytes.Write(Address.Type, value.Text, bytes)
            : "texts (digits in quotes)";
        if (expected is null) return;
        var type = Address.Type.ToString().ToUpper(CultureInfo.InvariantCulture);
        throw new RefusedException($"{which}{Shown(value)} does not fit {type}, which holds {expected}; nothing was written");
    }

    private static string Shown(Value value) => value.Kind switch
    {
        ValueKind.Null => "no value",
        ValueKind.Text when value.Text.Length > 40 => $"'{value.Text[..40]}…' ({value.Text.Length} characters)",
        ValueKind.Text => $"'{value.Text}'",
        ValueKind.Array => "an array",
        _ => value.ToString(),
    };
}
