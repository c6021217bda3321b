using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Blocks of a CPU (group 3), as in Wireshark's dissector packet-s7comm and in snap7:
/// <code>
/// list (2)  question  '0'  kind 1
///           answer    for each block: number 2  flags 1  language 1
/// info (3)  question  '0'  kind 1  number 5 digits  'A' (the block as it runs)
///           answer    78 bytes: <see cref="BlockInfo"/>
/// </code>
/// </summary>
internal static class BlockList
{
    public const byte List = 2;
    public const byte Info = 3;

    private const int EntryBytes = 4;
    private const byte Zero = (byte)'0';

    public static byte[] ListQuestion(byte kind) => [Zero, kind];

    public static byte[] InfoQuestion(byte kind, int number) =>
        [Zero, kind, .. Encoding.ASCII.GetBytes(number.ToString("D5", CultureInfo.InvariantCulture)), (byte)'A'];

    /// <summary>The numbers in an answer.</summary>
    public static List<int> Numbers(ReadOnlySpan<byte> answer)
    {
        var numbers = new List<int>();
        for (; answer.Length >= EntryBytes; answer = answer[EntryBytes..]) numbers.Add(BinaryPrimitives.ReadUInt16BigEndian(answer));
        return numbers;
    }
}
