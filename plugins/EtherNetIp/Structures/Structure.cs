namespace PlantRuntime.Plugins.EtherNetIp.Structures;

/// <summary>One member of a structure.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Count">Elements of an array; 0 for a single value.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Bit">Bit of the byte at <paramref name="Offset"/> that a BOOL is, else -1.</param>
/// <param name="Structure">Its structure, for <see cref="EtherNetIpType.Structure"/>.</param>
internal sealed record StructureMember(string Name, EtherNetIpType Type, int Count, int Offset, int Bit, Structure? Structure)
{
    /// <summary>True for an array of BOOLs, which is made of DWORDs: it has 32 values for each of its elements.</summary>
    public bool IsBoolArray => Type == EtherNetIpType.Dword && Count > 0;

    /// <summary>Bytes of one element.</summary>
    public int ElementBytes => Structure?.Bytes ?? Type.Bytes();

    /// <summary>True for the SINTs that hold BOOL members, and for what controllers add themselves.</summary>
    public bool IsHidden => Name.Length == 0 || Name.StartsWith("ZZZZZZZZZZ", StringComparison.Ordinal)
        || Name.StartsWith("__", StringComparison.Ordinal);
}

/// <summary>A structure of a controller's program: a UDT, an add-on instruction, a predefined type or a text. Immutable.</summary>
/// <param name="Name">Its name in the program.</param>
/// <param name="Handle">What replies name it by.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Members">Its members, in order.</param>
internal sealed record Structure(string Name, ushort Handle, int Bytes, IReadOnlyList<StructureMember> Members)
{
    /// <summary>Handle of the predefined type STRING.</summary>
    public const ushort StringHandle = 0x0FCE;

    /// <summary>The predefined type STRING, which needs no template: 82 characters.</summary>
    public static Structure String { get; } = new("STRING", StringHandle, 88,
    [
        new StructureMember("LEN", EtherNetIpType.Dint, 0, 0, -1, null),
            new StructureMember("DATA", EtherNetIpType.Sint, 82, EtherNetIpTexts.DataOffset, -1, null),
    ]);

    /// <summary>Characters of a text: a structure that consists of LEN and DATA; 0 for any other structure.</summary>
    public int TextCapacity { get; } =
        Members is [{ Name: "LEN", Type: EtherNetIpType.Dint, Count: 0, Offset: 0 },
            { Name: "DATA", Type: EtherNetIpType.Sint, Count: > 0, Offset: EtherNetIpTexts.DataOffset } data]
            ? data.Count
            : 0;

    /// <summary>Values in it, with those of its members and 32 for each DWORD of a BOOL array; checked against its size.</summary>
    public long Values { get; init; } = 1;

    /// <summary>The member of a name, upper and lower case alike, or null.</summary>
    public StructureMember? Member(string name) =>
        Members.FirstOrDefault(member => !member.IsHidden && member.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
