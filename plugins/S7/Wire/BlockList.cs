using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes requests for the lists and descriptions of a CPU's blocks and parses the lists (user data, group 3), as in Wireshark's dissector
/// packet-s7comm and in snap7. Pure.
/// <code>
/// list (2)  question  '0'  kind 1
///           answer    for each block: number 2  flags 1  language 1
/// info (3)  question  '0'  kind 1  number 5 digits  'A' (the active block)
///           answer    78 bytes: <see cref="BlockInfo"/>
/// </code>
/// </summary>
internal static class BlockList
{
    public const byte List = 2;
    public const byte Info = 3;

    private const int EntryBytes = 4;
    private const byte Zero = (byte)'0';

    public static byte[] ListRequest(byte kind) => [Zero, kind];

    public static byte[] InfoRequest(byte kind, int number) =>
        [Zero, kind, .. Encoding.ASCII.GetBytes(number.ToString("D5", CultureInfo.InvariantCulture)), (byte)'A'];

    /// <summary>Returns the block numbers in the reply to a list request.</summary>
    public static List<int> Numbers(ReadOnlySpan<byte> answer)
    {
        var numbers = new List<int>();
        for (; answer.Length >= EntryBytes; answer = answer[EntryBytes..]) numbers.Add(BinaryPrimitives.ReadUInt16BigEndian(answer));
        return numbers;
    }
}
