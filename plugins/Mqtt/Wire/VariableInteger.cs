using System.Buffers;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Variable byte integer (MQTT 5.0, section 1.5.5): seven bits a byte, the least significant first; the top bit says that more follow.
/// At most four bytes, and no more of them than needed.
/// </summary>
internal static class VariableInteger
{
    /// <summary>Bytes of the longest.</summary>
    public const int MostBytes = 4;

    /// <summary>The greatest value: 268,435,455.</summary>
    public const int Most = (1 << (7 * MostBytes)) - 1;

    public static int SizeOf(int value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };

    /// <returns>Bytes written.</returns>
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

    public static OperationStatus TryRead(ReadOnlySpan<byte> from, out int value, out int bytes)
    {
        value = 0;
        for (bytes = 0; bytes < MostBytes;)
        {
            if (bytes == from.Length) return OperationStatus.NeedMoreData;
            var part = from[bytes];
            value |= (part & 0x7F) << (7 * bytes++);
            if ((part & 0x80) == 0) return part == 0 && bytes > 1 ? OperationStatus.InvalidData : OperationStatus.Done;
        }

        return OperationStatus.InvalidData;
    }
}
