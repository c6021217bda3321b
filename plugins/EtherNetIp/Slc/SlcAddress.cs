using System.Globalization;

namespace PlantRuntime.Plugins.EtherNetIp.Slc;

/// <summary>Files of an SLC or MicroLogix, with their codes on the wire (1770-RM516, chapter 13, "File type").</summary>
internal enum SlcFile : byte
{
    Status = 0x84,
    Bit = 0x85,
    Timer = 0x86,
    Counter = 0x87,
    Control = 0x88,
    Integer = 0x89,
    Float = 0x8A,
    Output = 0x8B,
    Input = 0x8C,
    String = 0x8D,
    Ascii = 0x8E,
    Long = 0x91,
}

/// <summary>Where a value is in an SLC or MicroLogix, as RSLogix 500 writes it: N7:0, B3:1/4, T4:0.ACC. Immutable.</summary>
internal sealed record SlcAddress
{
    public required SlcFile File { get; init; }

    public required int Number { get; init; }

    /// <summary>Element; the slot for inputs and outputs.</summary>
    public required int Element { get; init; }

    /// <summary>Word in the element.</summary>
    public int Word { get; init; }

    /// <summary>Bit of the word, or -1.</summary>
    public int Bit { get; init; } = -1;

    /// <summary>Elements of a slice; 0 for a single value.</summary>
    public int Count { get; init; }

    /// <summary>Type of the value, or of the elements of a slice.</summary>
    public required EtherNetIpType Type { get; init; }

    /// <summary>Bytes of an element of the file.</summary>
    public int ElementBytes => BytesOf(File);

    /// <summary>The words of one slot for inputs and outputs, whose slots are not one behind the other; else the file.</summary>
    public int Group => Number << 16 | (IsSlotted ? Element + 1 : 0);

    /// <summary>First byte in the group.</summary>
    public int Start => IsSlotted ? 2 * Word : (Element * ElementBytes) + (2 * Word);

    /// <summary>Bytes of the value.</summary>
    public int Bytes => Type switch
    {
        EtherNetIpType.ShortString => ElementBytes,
        EtherNetIpType.Bool => 2,
        _ => Type.Bytes(),
    } * Math.Max(1, Count);

    private bool IsSlotted => File is SlcFile.Input or SlcFile.Output;

    public static int BytesOf(SlcFile file) => file switch
    {
        SlcFile.Timer or SlcFile.Counter or SlcFile.Control => 6,
        SlcFile.Float or SlcFile.Long => 4,
        SlcFile.String => 84,
        _ => 2,
    };

    /// <summary>Element and word of a byte in the group.</summary>
    public (int Element, int Word) At(int start) => IsSlotted ? (Element, start / 2) : (start / ElementBytes, start % ElementBytes / 2);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{File} file {Number}, element {Element}, word {Word}, bit {Bit}, {Count} elements of {Type}");
}
