using System.Buffers.Binary;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// A system status list (SZL; group 4, function 1), as in the manual <i>System and Standard Functions for S7-300/400</i>:
/// <code>
/// question  SZL-ID 2  index 2
/// answer    SZL-ID 2  index 2  bytes of a record 2  records 2  records, most of them with their index in the first 2 bytes
/// </code>
/// </summary>
internal readonly ref struct SystemStatusList
{
    public const byte Function = 1;

    /// <summary>Module identification: order numbers and versions.</summary>
    public const ushort ModuleIdentification = 0x0011;

    /// <summary>Component identification: names and serial numbers.</summary>
    public const ushort ComponentIdentification = 0x001C;

    /// <summary>The current mode.</summary>
    public const ushort Mode = 0x0424;

    private const int Head = 8;

    private readonly ReadOnlySpan<byte> _records;
    private readonly int _recordBytes;

    private SystemStatusList(ReadOnlySpan<byte> records, int recordBytes)
    {
        _records = records;
        _recordBytes = recordBytes;
    }

    public static byte[] Question(ushort id) => [(byte)(id >> 8), (byte)id, 0, 0];

    /// <summary>
    /// The list in an answer; without records when the answer is none to this question. Fewer records than it says are taken as they are:
    /// snap7's server cuts a list that is longer than a PDU.
    /// </summary>
    public static SystemStatusList Of(ReadOnlySpan<byte> answer, ushort id)
    {
        if (answer.Length < Head || BinaryPrimitives.ReadUInt16BigEndian(answer) != id) return default;
        var bytes = BinaryPrimitives.ReadUInt16BigEndian(answer[4..]);
        return bytes < 2 ? default : new SystemStatusList(answer[Head..], bytes);
    }

    /// <summary>The record with this index, without it; empty when there is none.</summary>
    public ReadOnlySpan<byte> Record(ushort index)
    {
        for (var rest = _records; _recordBytes > 0 && rest.Length >= _recordBytes; rest = rest[_recordBytes..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(rest) == index) return rest[2.._recordBytes];
        }

        return default;
    }

    /// <summary>The first record, whole; empty when there is none.</summary>
    public ReadOnlySpan<byte> First => _recordBytes > 0 && _records.Length >= _recordBytes ? _records[.._recordBytes] : default;
}
