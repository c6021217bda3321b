using System.Buffers.Binary;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Plan;

namespace PlantRuntime.Plugins.EtherNetIp.Writing;

/// <summary>Converts a value to the bytes of a tag whose type is known. Pure.</summary>
internal static class ValueEncoder
{
    private const string Nothing = "nothing was written";

    // Of a text whose room the controller does not tell.
    private const int MostCharacters = 255;

    /// <summary>Why a tag cannot be written whatever its type in the controller is, or null.</summary>
    public static string? WhyNever(EtherNetIpAddress address) =>
        address.Type == EtherNetIpType.Structure ? "a structure is not written as a whole: give its members tags of their own" : null;

    /// <summary>The bytes of a whole value: of each element, one behind the other.</summary>
    /// <exception cref="RefusedException">The type does not hold the value without loss.</exception>
    public static byte[] Encode(TagBinding tag, Value value)
    {
        var type = tag.Type!;
        if (type.Structure is { TextCapacity: 0 })
            throw new RefusedException($"the tag is a structure, {type}: write its members; {Nothing}");
        if (tag.Address.Count == 0) return EncodeElement(type, value, "");
        CheckCount(tag, value);
        return [.. Enumerable.Range(0, tag.Address.Count).SelectMany(i => EncodeElement(type, value.Items[i], $"element {i}: "))];
    }

    /// <summary>
    /// The masks of Read-Modify-Write for bits of an integer, or of one word of a BOOL array: bits to set, and bits that stay.
    /// </summary>
    /// <exception cref="RefusedException">The value is no BOOL, or bits of several words are meant.</exception>
    public static (byte[] Or, byte[] And) EncodeBits(TagBinding tag, Value value)
    {
        if (tag.Elements > 1)
            throw new RefusedException($"these BOOLs lie in {tag.Elements} words of 32, which cannot be changed at once: "
                + $"write [0..31], [32..63] and so on; {Nothing}");
        var (or, and) = (new byte[tag.Type!.ElementBytes], new byte[tag.Type.ElementBytes]);
        and.AsSpan().Fill(0xFF);
        if (tag.Address.Count == 0)
        {
            Set(or, and, tag.FirstBit, value, "");
            return (or, and);
        }

        CheckCount(tag, value);
        for (var i = 0; i < tag.Address.Count; i++) Set(or, and, tag.FirstBit + i, value.Items[i], $"element {i}: ");
        return (or, and);
    }

    /// <summary>The words of a slice of a BOOL array that fills all of its words.</summary>
    public static byte[] EncodeWords(TagBinding tag, Value value)
    {
        CheckCount(tag, value);
        var (bytes, unused) = (new byte[4 * tag.Elements], new byte[4 * tag.Elements]);
        for (var i = 0; i < tag.Address.Count; i++) Set(bytes, unused, i, value.Items[i], $"element {i}: ");
        return bytes;
    }

    private static void CheckCount(TagBinding tag, Value value)
    {
        if (value.Kind == ValueKind.Array && value.Items.Length == tag.Address.Count) return;
        var given = value.Kind == ValueKind.Array ? $"{value.Items.Length} values" : Shown(value);
        throw new RefusedException($"{given} for {tag.Address.Count} elements; {Nothing}");
    }

    private static void Set(Span<byte> or, Span<byte> and, int bit, Value value, string which)
    {
        Span<byte> one = stackalloc byte[1];
        if (EtherNetIpValues.Write(EtherNetIpType.Bool, value, one) is { } expected)
            throw new RefusedException($"{which}{Shown(value)} does not fit BOOL, which holds {expected}; {Nothing}");
        var mask = (byte)(1 << (bit & 7));
        if (one[0] != 0) or[bit / 8] |= mask;
        else and[bit / 8] &= (byte)~mask;
    }

    private static byte[] EncodeElement(TagType type, Value value, string which)
    {
        if (type.IsText) return EncodeText(type, value, which);
        var bytes = new byte[type.ElementBytes];
        return EtherNetIpValues.Write(type.Type, value, bytes) is { } expected
            ? throw new RefusedException($"{which}{Shown(value)} does not fit {type}, which holds {expected}; {Nothing}")
            {
                NeedsWholeNumber = EtherNetIpValues.IsWhole(type.Type) && LosslessConversion.HasFraction(value),
            }
            : bytes;
    }

    private static byte[] EncodeText(TagType type, Value value, string which)
    {
        if (value.Kind != ValueKind.Text)
            throw new RefusedException($"{which}{Shown(value)} does not fit {type}, which holds texts (digits in quotes); {Nothing}");
        var text = EtherNetIpTexts.Encode(value.Text);
        var most = type.Structure?.TextCapacity ?? MostCharacters;
        if (text.Length > most)
            throw new RefusedException($"{which}a text of {text.Length} characters, but {type} has room for {most}; {Nothing}");
        if (type.Structure is not { } structure)
            return type.Type == EtherNetIpType.LongString ? [(byte)text.Length, 0, .. text] : [(byte)text.Length, .. text];
        var bytes = new byte[structure.Bytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, text.Length);
        text.CopyTo(bytes.AsSpan(EtherNetIpTexts.DataOffset));
        return bytes;
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
