using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>One symbol of a controller: a tag, a program or something of the controller's own.</summary>
/// <param name="Instance">Instance of class 6B.</param>
/// <param name="Name">Its name, without the program.</param>
/// <param name="SymbolType">Attribute 2: bit 15 structure, bits 13 and 14 number of dimensions, bit 12 system, the rest type or
/// template.</param>
/// <param name="Dimensions">Attribute 8: elements in each dimension; only as many as there are.</param>
/// <param name="Access">Attribute 10: 0 read and write, 2 read only, 3 none.</param>
internal sealed record Symbol(uint Instance, string Name, ushort SymbolType, uint[] Dimensions, byte Access)
{
    private const int StructureBit = 0x8000;
    private const int SystemBit = 0x1000;
    private const int TypeMask = 0x0FFF;

    public bool IsStructure => (SymbolType & StructureBit) != 0;

    public bool IsSystem => (SymbolType & SystemBit) != 0;

    public bool IsProgram => Name.StartsWith("Program:", StringComparison.OrdinalIgnoreCase);

    public ushort Template => (ushort)(SymbolType & TypeMask);

    /// <summary>Type of the elements. A BOOL has the number of its bit in the upper byte.</summary>
    public EtherNetIpType Type => IsStructure ? EtherNetIpType.Structure : (EtherNetIpType)(SymbolType & 0xFF);

    public static int DimensionsOf(ushort symbolType) => symbolType >> 13 & 3;
}

/// <summary>
/// Get Instance Attribute List of class 6B, "symbols" (1756-PM020, "Finding user-created controller-scope tags"): the request names
/// attributes, the reply has for each instance from the given one on its number(4) and the attributes. Status 06 says that more follow.
/// </summary>
internal static class SymbolList
{
    private const int EntryBytes = 4 + 2 + 2 + 12;

    // Attributes 1 (name), 2 (symbol type), 8 (dimensions); old controllers do not have 10 (external access).
    private static ReadOnlySpan<byte> Attributes => [3, 0, 1, 0, 2, 0, 8, 0];

    private static ReadOnlySpan<byte> AttributesWithAccess => [4, 0, 1, 0, 2, 0, 8, 0, 10, 0];

    public static byte[] Create(string program, uint instance, bool withAccess) => CipRequest.Create(
        CipService.GetInstanceAttributeList, CipPath.Object(program, CipClass.Symbol, instance), withAccess ? AttributesWithAccess
            : Attributes);

    /// <summary>Adds the symbols in a reply.</summary>
    /// <returns>The last instance, or null when the data is cut off or instances do not rise.</returns>
    public static uint? Read(ReadOnlySpan<byte> data, uint first, bool withAccess, List<Symbol> into)
    {
        uint? last = null;
        while (!data.IsEmpty)
        {
            if (data.Length < EntryBytes) return null;
            var instance = BinaryPrimitives.ReadUInt32LittleEndian(data);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(data[4..]);
            if (data.Length < EntryBytes + length + (withAccess ? 1 : 0) || instance < first || instance <= last) return null;
            var name = Encoding.Latin1.GetString(data.Slice(6, length));
            var rest = data[(6 + length)..];
            var symbolType = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            var dimensions = new uint[Symbol.DimensionsOf(symbolType)];
            for (var i = 0; i < dimensions.Length; i++) dimensions[i] = BinaryPrimitives.ReadUInt32LittleEndian(rest[(2 + (4 * i))..]);
            into.Add(new Symbol(instance, name, symbolType, dimensions, withAccess ? rest[14] : (byte)0));
            last = instance;
            data = rest[(withAccess ? 15 : 14)..];
        }

        return last;
    }
}
