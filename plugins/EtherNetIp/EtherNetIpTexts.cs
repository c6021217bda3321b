using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>
/// Converts texts of controllers. A Logix text is a structure of LEN (DINT) and DATA (SINT[n]); a Micro800 text has a length byte.
/// Characters are UTF-8 where the bytes are valid UTF-8, else Latin-1. Pure.
/// </summary>
internal static class EtherNetIpTexts
{
    /// <summary>Place of the characters in a Logix text.</summary>
    public const int DataOffset = 4;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a structure with room for so many characters; null when its length is none of such a text.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes, int capacity)
    {
        if (bytes.Length < DataOffset) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length < 0 || length > capacity || length > bytes.Length - DataOffset ? null : Decode(bytes.Slice(DataOffset, length));
    }

    /// <summary>The text behind a length byte; null when there are fewer bytes.</summary>
    public static string? ReadShort(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty || bytes[0] > bytes.Length - 1 ? null : Decode(bytes.Slice(1, bytes[0]));

    /// <summary>The text behind a length of 16 bits; null when there are fewer bytes.</summary>
    public static string? ReadLong(ReadOnlySpan<byte> bytes) =>
        bytes.Length < 2 || BinaryPrimitives.ReadUInt16LittleEndian(bytes) is var length && length > bytes.Length - 2
            ? null
            : Decode(bytes.Slice(2, BinaryPrimitives.ReadUInt16LittleEndian(bytes)));

    /// <summary>The bytes of a text: Latin-1 where that holds all of its characters, else UTF-8.</summary>
    public static byte[] Encode(string text) => text.All(c => c <= 0x7F) ? Encoding.ASCII.GetBytes(text)
        : text.All(c => c <= 0xFF) && !IsUtf8(Encoding.Latin1.GetBytes(text)) ? Encoding.Latin1.GetBytes(text)
        : Encoding.UTF8.GetBytes(text);

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExceptInRange((byte)0, (byte)0x7F)) return Encoding.ASCII.GetString(bytes);
        return IsUtf8(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
    }

    private static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            s_strictUtf8.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
