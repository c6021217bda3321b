using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;

namespace PlantRuntime.Plugins.S7.Writing;

/// <summary>
/// One writable tag: converts values to the bytes of its type. One <see cref="S7Writer"/> owns it. Immutable; performs no I/O.
/// </summary>
/// <param name="address">Area, block, offset and type of the value.</param>
internal sealed class WriteTag(S7Address address)
{
    /// <summary>The reason why inputs are refused, also for <see cref="S7Block"/>.</summary>
    public const string NoInputs = "inputs are not written: the CPU puts the real ones there again at its next cycle";

    public S7Address Address { get; } = address;

    /// <summary>True for a STRING or WSTRING, whose head has a maximum length that the CPU keeps.</summary>
    public bool HasHead => Address.Type is S7Type.String or S7Type.WString;

    /// <summary>Returns the reason why an address cannot be written, whatever the value, or null if it can be.</summary>
    public static string? WhyRefused(S7Address address) => address switch
    {
        { Area: S7Area.Input or S7Area.PeripheralInput } => NoInputs,
        { Area: S7Area.Timer200 or S7Area.Counter200 } =>
            "timers and counters of an S7-200 are only read: write a place in V memory that the program copies",
        { Count: > 0, Type: S7Type.String or S7Type.WString } => "an array of texts is not written: give each text a tag of its own",
        { Count: > 0, Type: S7Type.Bool } when address.Count % 8 != 0 =>
            $"BOOL[{address.Count}] shares its last byte with other bits, which a write would change: use BOOL[8], BOOL[16], …",
        _ => null,
    };

    /// <summary>Writes a value into bytes, whose number is that of the tag.</summary>
    /// <exception cref="RefusedException">The type cannot hold the value without loss.</exception>
    public void Encode(Value value, Span<byte> bytes)
    {
        if (Address.Count == 0)
        {
            EncodeOne(value, bytes, "");
            return;
        }

        if (value.Kind != ValueKind.Array || value.Items.Length != Address.Count)
        {
            var given = value.Kind == ValueKind.Array ? $"{value.Items.Length} values" : Format(value);
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

    /// <summary>Returns the value that is read after this one was written.</summary>
    /// <exception cref="RefusedException">The type cannot hold the value without loss.</exception>
    public Value Preview(Value value)
    {
        var bytes = new byte[Address.Bytes];
        Encode(value, bytes);
        if (Address.Count > 0 || Address.Type.IsText()) return new CachedValue(Address).Decode(bytes);

        // A BOOL is encoded into bit 0, whatever its bit in the CPU.
        return S7Values.TryNumber(Address.Type, 0, bytes, out var held) ? held : value;
    }

    private void EncodeOne(Value value, Span<byte> bytes, string which)
    {
        var expected = !Address.Type.IsText() ? S7Values.Write(Address.Type, value, bytes)
            : value.Kind == ValueKind.Text ? S7Texts.Write(Address.Type, value.Text, bytes)
            : "texts (digits in quotes)";
        if (expected is null) return;
        var type = Address.Type.ToString().ToUpper(CultureInfo.InvariantCulture);
        throw new RefusedException($"{which}{Format(value)} does not fit {type}, which holds {expected}; nothing was written")
        {
            NeedsWholeNumber = Address.Type.IsWhole() && LosslessConversion.HasFraction(value),
        };
    }

    private static string Format(Value value) => value.Kind switch
    {
        ValueKind.Null => "no value",
        ValueKind.Text when value.Text.Length > 40 => $"'{value.Text[..40]}…' ({value.Text.Length} characters)",
        ValueKind.Text => $"'{value.Text}'",
        ValueKind.Array => "an array",
        _ => value.ToString(),
    };
}
