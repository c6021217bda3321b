using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>Objects of a controller that requests are sent to (CIP volume 1, table 5-1.1; 1756-PM020).</summary>
internal enum CipClass : byte
{
    Identity = 0x01,
    MessageRouter = 0x02,
    ConnectionManager = 0x06,
    Pccc = 0x67,
    Symbol = 0x6B,
    Template = 0x6C,
    ProgramChanges = 0xAC,
}

/// <summary>
/// Writes request paths, padded EPATHs (CIP volume 1, appendix C-1.4):
/// <code>
/// 91 length characters [00]     symbol                     20 nn         class
/// 28 nn                         element, 8 bits            24 nn         instance, 8 bits
/// 29 00 nnnn                    element, 16 bits           25 00 nnnn    instance, 16 bits
/// 2A 00 nnnnnnnn                element, 32 bits           26 00 nnnnnnnn
/// </code>
/// </summary>
internal static class CipPath
{
    private const byte Symbol = 0x91;
    private const byte Element = 0x28;
    private const byte Instance = 0x24;

    /// <summary>Longest path: its length is a byte that counts words.</summary>
    public const int MostBytes = 2 * byte.MaxValue;

    /// <summary>The path of an object.</summary>
    public static byte[] Object(CipClass objectClass, uint instance)
    {
        var path = new List<byte> { 0x20, (byte)objectClass };
        AddLogical(path, Instance, instance);
        return [.. path];
    }

    /// <summary>The path of an object in a program's scope; the documented form has instances of 16 bits.</summary>
    public static byte[] Object(string program, CipClass objectClass, uint instance)
    {
        var path = new List<byte>();
        if (program.Length > 0) AddSymbol(path, program);
        path.AddRange([0x20, (byte)objectClass]);
        AddLogical(path, Instance, instance, atLeast16: true);
        return [.. path];
    }

    /// <summary>The path of a tag, by its name.</summary>
    public static byte[] Tag(EtherNetIpAddress address)
    {
        var path = new List<byte>();
        if (address.Program.Length > 0) AddSymbol(path, address.Program);
        foreach (var name in address.Names) AddName(path, name);
        return [.. path];
    }

    /// <summary>The path of a tag, by the instance of its symbol.</summary>
    public static byte[] Tag(EtherNetIpAddress address, uint instance)
    {
        var path = new List<byte>();
        if (address.Program.Length > 0) AddSymbol(path, address.Program);
        path.AddRange([0x20, (byte)CipClass.Symbol]);
        AddLogical(path, Instance, instance, atLeast16: true);
        AddIndexes(path, address.Names[0]);
        foreach (var name in address.Names.Skip(1)) AddName(path, name);
        return [.. path];
    }

    private static void AddName(List<byte> path, NamePart name)
    {
        AddSymbol(path, name.Name);
        AddIndexes(path, name);
    }

    private static void AddIndexes(List<byte> path, NamePart name)
    {
        foreach (var index in name.Indexes) AddLogical(path, Element, (uint)index);
    }

    private static void AddSymbol(List<byte> path, string name)
    {
        path.Add(Symbol);
        path.Add((byte)name.Length);
        path.AddRange(Encoding.ASCII.GetBytes(name));
        if (name.Length % 2 != 0) path.Add(0);
    }

    private static void AddLogical(List<byte> path, byte kind, uint number, bool atLeast16 = false)
    {
        Span<byte> bytes = stackalloc byte[6];
        bytes.Clear();
        if (number <= byte.MaxValue && !atLeast16)
        {
            path.AddRange([kind, (byte)number]);
        }
        else if (number <= ushort.MaxValue)
        {
            bytes[0] = (byte)(kind + 1);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)number);
            path.AddRange(bytes[..4]);
        }
        else
        {
            bytes[0] = (byte)(kind + 2);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[2..], number);
            path.AddRange(bytes);
        }
    }
}
