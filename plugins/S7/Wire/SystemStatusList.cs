using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Finds the records of a system status list (SZL; user data, group 4, function 1), as in the manual <i>System and Standard Functions for
/// S7-300/400</i>. It points into the reply and copies nothing.
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

    /// <summary>Returns the parameters of a request for a list, with index 0.</summary>
    public static byte[] WriteRequest(ushort id) => [(byte)(id >> 8), (byte)id, 0, 0];

    /// <summary>
    /// Parses a reply. The list has no records if the reply is not for this SZL-ID. If there are fewer records than the reply says, those
    /// that are there are used: snap7's server cuts a list that is longer than a PDU.
    /// </summary>
    public static SystemStatusList Parse(ReadOnlySpan<byte> answer, ushort id)
    {
        if (answer.Length < Head || BinaryPrimitives.ReadUInt16BigEndian(answer) != id) return default;
        var bytes = BinaryPrimitives.ReadUInt16BigEndian(answer[4..]);
        return bytes < 2 ? default : new SystemStatusList(answer[Head..], bytes);
    }

    /// <summary>Returns the record with this index, without the index itself; empty if there is none.</summary>
    public ReadOnlySpan<byte> Record(ushort index)
    {
        for (var rest = _records; _recordBytes > 0 && rest.Length >= _recordBytes; rest = rest[_recordBytes..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(rest) == index) return rest[2.._recordBytes];
        }

        return default;
    }

    /// <summary>The whole first record; empty if there is none.</summary>
    public ReadOnlySpan<byte> First => _recordBytes > 0 && _records.Length >= _recordBytes ? _records[.._recordBytes] : default;
}

/// <summary>Decodes texts of a fixed length that are padded with zeros or spaces. Pure.</summary>
internal static class PaddedText
{
    /// <summary>Returns the text without control characters and surrounding spaces.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return string.Concat(text.Where(letter => !char.IsControl(letter))).Trim();
    }
}
