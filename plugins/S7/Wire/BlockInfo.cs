using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// The description of one block (group 3, function 3), as in snap7's TResDataBlockInfo. Immutable.
/// <code>
/// 12  number 2              42  author 8     58  name 8
/// 40  bytes of data or of code 2 (MC7)       66  version 1, two digits
/// </code>
/// </summary>
/// <param name="Number">Number of the block.</param>
/// <param name="Bytes">Bytes of the block's data or code.</param>
/// <param name="Name">Name in its header, may be empty.</param>
/// <param name="Author">Author in its header, may be empty.</param>
/// <param name="Version">Version, one digit in each half.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BlockInfo(int Number, int Bytes, string Name, string Author, byte Version)
{
    private const int MinBytes = 67;

    /// <summary>Parses a reply; returns null if it is too short.</summary>
    public static BlockInfo? Parse(ReadOnlySpan<byte> answer) => answer.Length < MinBytes ? null : new BlockInfo(
        BinaryPrimitives.ReadUInt16BigEndian(answer[12..]),
        BinaryPrimitives.ReadUInt16BigEndian(answer[40..]),
        PaddedText.Decode(answer.Slice(58, 8)),
        PaddedText.Decode(answer.Slice(42, 8)),
        answer[66]);

    /// <summary>Formats name, author and version for display.</summary>
    public override string ToString()
    {
        string[] parts =
        [
            Name.Length > 0 ? $"name {Name}" : "",
            Author.Length > 0 ? $"author {Author}" : "",
            Version != 0 ? $"version {Version >> 4}.{Version & 15}" : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }
}
