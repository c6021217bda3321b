using System.Buffers;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Encodes and decodes variable byte integers (MQTT 5.0, section 1.5.5): seven bits in each byte, least significant first; the top bit is
/// set when more bytes follow. At most four bytes, and no longer than necessary. Pure.
/// </summary>
internal static class VariableInteger
{
    /// <summary>Length in bytes of the longest encoding.</summary>
    public const int MaxBytes = 4;

    /// <summary>The greatest value: 268,435,455.</summary>
    public const int MaxValue = (1 << (7 * MaxBytes)) - 1;

    /// <summary>Returns the length in bytes of the encoding.</summary>
    public static int SizeOf(int value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };

    /// <summary>Writes a value of at most <see cref="MaxValue"/>.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Write(Span<byte> into, int value)
    {
        var count = 0;
        do
        {
            var more = value > 0x7F ? 0x80 : 0;
            into[count++] = (byte)((value & 0x7F) | more);
            value >>= 7;
        }
        while (value > 0);
        return count;
    }

    /// <summary>
    /// Reads a value. NeedMoreData means that the bytes end too early; InvalidData, an encoding that MQTT does not allow.
    /// </summary>
    public static OperationStatus TryRead(ReadOnlySpan<byte> from, out int value, out int bytes)
    {
        value = 0;
        for (bytes = 0; bytes < MaxBytes;)
        {
            if (bytes == from.Length) return OperationStatus.NeedMoreData;
            var part = from[bytes];
            value |= (part & 0x7F) << (7 * bytes++);
            if ((part & 0x80) == 0) return part == 0 && bytes > 1 ? OperationStatus.InvalidData : OperationStatus.Done;
        }

        return OperationStatus.InvalidData;
    }
}
