using System.Buffers.Binary;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.EtherNetIp.Slc;

/// <summary>
/// Texts of ST files: a length word, then two characters in each word, the first in the upper byte. Numbers are those of
/// <see cref="EtherNetIpValues"/>. Pure.
/// </summary>
internal static class SlcValues
{
    /// <summary>Most characters of a text.</summary>
    public const int MostCharacters = 82;

    private const int TextBytes = 84;

    /// <summary>One value at the beginning of some bytes; null when they are none.</summary>
    public static Value Read(SlcAddress address, ReadOnlySpan<byte> bytes)
    {
        if (address.Type == EtherNetIpType.ShortString) return Value.Of(ReadText(bytes));
        Value value;
        return address.Bit >= 0
            ? EtherNetIpValues.TryReadBit(bytes, address.Bit, out value) ? value : default
            : EtherNetIpValues.TryRead(address.Type, bytes, out value) ? value : default;
    }

    public static string? ReadText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < TextBytes) return null;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (length > MostCharacters) return null;
        var characters = new char[length];
        for (var i = 0; i < length; i++) characters[i] = (char)bytes[2 + (i ^ 1)];
        return new string(characters);
    }

    /// <summary>Puts one value into its bytes.</summary>
    /// <returns>What the type holds instead, or null when the value fits.</returns>
    public static string? Write(EtherNetIpType type, Value value, Span<byte> bytes)
    {
        if (type != EtherNetIpType.ShortString) return EtherNetIpValues.Write(type, value, bytes);
        if (value.Kind != ValueKind.Text || value.Text.Length > MostCharacters || value.Text.Any(c => c > 0xFF))
            return $"texts of up to {MostCharacters} characters of Latin-1";
        bytes.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value.Text.Length);
        for (var i = 0; i < value.Text.Length; i++) bytes[2 + (i ^ 1)] = (byte)value.Text[i];
        return null;
    }
}
