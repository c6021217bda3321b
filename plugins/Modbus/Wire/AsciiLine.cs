using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Converts between frames of Modbus RTU and lines of Modbus ASCII (MODBUS over Serial Line V1.02, clause 2.5.2), so that everything above
/// the line knows one format. Pure.
/// <code>
/// ':'  unit id, PDU and LRC, two hexadecimal digits for each byte  CR LF
/// </code>
/// The LRC is the two's complement of the sum of unit id and PDU (clause 2.5.2.2).
/// </summary>
internal static class AsciiLine
{
    /// <summary>Characters of the longest line.</summary>
    public const int MaxChars = 513;

    private const byte Start = (byte)':';

    /// <summary>Returns the characters of the line for an RTU frame of so many bytes.</summary>
    public static int CharsOf(int rtuBytes) => 1 + (2 * (rtuBytes - RtuChecksum.Bytes + 1)) + 2;

    /// <summary>Writes the line for an RTU frame and returns its length.</summary>
    public static int Encode(ReadOnlySpan<byte> rtuFrame, Span<byte> line)
    {
        var bytes = rtuFrame[..^RtuChecksum.Bytes];
        line[0] = Start;
        var at = 1;
        byte sum = 0;
        foreach (var value in bytes)
        {
            sum += value;
            at = Put(line, at, value);
        }

        at = Put(line, at, (byte)-sum);
        (line[at], line[at + 1]) = ((byte)'\r', (byte)'\n');
        return at + 2;
    }

    /// <summary>
    /// Writes the RTU frame of a line, from ':' to the last digit. Returns its length, or 0 if the line is none or its LRC is wrong.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> line, Span<byte> rtuFrame)
    {
        if (line.Length < 9 || line.Length % 2 == 0 || line.Length > MaxChars - 2 || line[0] != Start) return 0;
        var count = (line.Length - 1) / 2;
        byte sum = 0;
        for (var i = 0; i < count; i++)
        {
            var (high, low) = (Digit(line[1 + (2 * i)]), Digit(line[2 + (2 * i)]));
            if (high < 0 || low < 0) return 0;
            var value = (byte)((high << 4) + low);
            sum += value;
            if (i < count - 1) rtuFrame[i] = value;
        }

        if (sum != 0) return 0;
        BinaryPrimitives.WriteUInt16LittleEndian(rtuFrame[(count - 1)..], RtuChecksum.Compute(rtuFrame[..(count - 1)]));
        return count - 1 + RtuChecksum.Bytes;
    }

    private static int Put(Span<byte> line, int at, byte value)
    {
        const string Digits = "0123456789ABCDEF";
        (line[at], line[at + 1]) = ((byte)Digits[value >> 4], (byte)Digits[value & 15]);
        return at + 2;
    }

    private static int Digit(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => character - '0',
        >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
        _ => -1,
    };
}
