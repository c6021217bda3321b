using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>Attributes of a template: how large its definition and the structure are.</summary>
/// <param name="Handle">Attribute 1, what replies name the structure by.</param>
/// <param name="Members">Attribute 2.</param>
/// <param name="DefinitionWords">Attribute 4: words of 32 bits, which count 23 bytes that are not part of the definition.</param>
/// <param name="StructureBytes">Attribute 5.</param>
internal sealed record TemplateAttributes(ushort Handle, ushort Members, uint DefinitionWords, uint StructureBytes)
{
    /// <summary>
    /// Longest definition that this driver reads; one of the longest possible UDT, with 512 members of 40 characters, has 25 KB.
    /// </summary>
    public const int MostDefinitionBytes = 128 << 10;

    /// <summary>Longest structure; one of Studio 5000 has at most 2 MB, one that can be read as a tag less.</summary>
    public const int MostStructureBytes = 2 << 20;

    private const int HiddenBytes = 23;

    /// <summary>Bytes of the definition.</summary>
    public int DefinitionBytes => (int)Math.Min(int.MaxValue, (4L * DefinitionWords) - HiddenBytes);

    /// <summary>Why the template cannot be right, or null.</summary>
    public string? Objection =>
        StructureBytes is 0 or > MostStructureBytes ? $"a structure of {StructureBytes} bytes"
        : DefinitionBytes is <= 0 or > MostDefinitionBytes ? $"a definition of {4L * DefinitionWords} bytes"
        : Members == 0 || 8 * Members > DefinitionBytes ? $"{Members} members in a definition of {DefinitionBytes} bytes"
        : null;
}

/// <summary>One member as the definition has it.</summary>
/// <param name="Name">Its name; empty when the definition has fewer names than members.</param>
/// <param name="Info">Elements of an array, or the bit of a BOOL.</param>
/// <param name="SymbolType">As attribute 2 of a symbol.</param>
/// <param name="Offset">First byte in the structure.</param>
internal sealed record TemplateMember(string Name, ushort Info, ushort SymbolType, uint Offset);

/// <summary>
/// The Template object, class 6C (1756-PM020, "Determining the structure makeup for a specific structure"). Its definition has for each
/// member info(2), type(2), offset(4), then the names, each ended by 00: the template's own with what follows a semicolon, then the
/// members'.
/// </summary>
internal static class TemplateObject
{
    private const int MemberBytes = 8;

    private static ReadOnlySpan<byte> AttributeList => [4, 0, 4, 0, 5, 0, 2, 0, 1, 0];

    public static byte[] CreateGetAttributes(ushort template) =>
        CipRequest.Create(CipService.GetAttributeList, CipPath.Object("", CipClass.Template, template), AttributeList);

    /// <summary>Read Template: offset(4), bytes(2). It has the code of Read Tag.</summary>
    public static byte[] CreateRead(ushort template, int offset, int bytes)
    {
        Span<byte> data = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32LittleEndian(data, (uint)offset);
        BinaryPrimitives.WriteUInt16LittleEndian(data[4..], (ushort)bytes);
        return CipRequest.Create(CipService.ReadTag, CipPath.Object("", CipClass.Template, template), data);
    }

    /// <summary>Reads attributes 4, 5, 2 and 1, each behind its number and a status; null when one is missing.</summary>
    public static TemplateAttributes? ReadAttributes(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2 + 8 + 8 + 6 + 6 || BinaryPrimitives.ReadUInt16LittleEndian(data) != 4) return null;
        var rest = data[2..];
        uint[] values = new uint[4];
        ReadOnlySpan<ushort> numbers = [4, 5, 2, 1];
        for (var i = 0; i < numbers.Length; i++)
        {
            var size = i < 2 ? 4 : 2;
            if (rest.Length < 4 + size || BinaryPrimitives.ReadUInt16LittleEndian(rest) != numbers[i]
                || BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) != 0)
            {
                return null;
            }

            values[i] = size == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) : BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
            rest = rest[(4 + size)..];
        }

        return new TemplateAttributes((ushort)values[3], (ushort)values[2], values[0], values[1]);
    }

    /// <summary>Reads a whole definition; null when it ends before its members do.</summary>
    public static (string Name, List<TemplateMember> Members)? ReadDefinition(ReadOnlySpan<byte> definition, int members)
    {
        if (definition.Length < MemberBytes * members) return null;
        var names = definition[(MemberBytes * members)..];
        var name = NextName(ref names);
        var end = name.IndexOf(';', StringComparison.Ordinal);
        var read = new List<TemplateMember>(members);
        for (var i = 0; i < members; i++)
        {
            var member = definition.Slice(MemberBytes * i, MemberBytes);
            read.Add(new TemplateMember(
                NextName(ref names), BinaryPrimitives.ReadUInt16LittleEndian(member), BinaryPrimitives.ReadUInt16LittleEndian(member[2..]),
                BinaryPrimitives.ReadUInt32LittleEndian(member[4..])));
        }

        return (end < 0 ? name : name[..end], read);
    }

    private static string NextName(ref ReadOnlySpan<byte> names)
    {
        var end = names.IndexOf((byte)0);
        var name = Encoding.Latin1.GetString(end < 0 ? names : names[..end]);
        names = end < 0 ? [] : names[(end + 1)..];
        return name;
    }
}
