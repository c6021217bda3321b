using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>One name of an address, with the indexes behind it: <c>Levels[3]</c>, <c>Grid[1,2]</c>.</summary>
/// <param name="Name">A tag or a member, as written: "Local:1:I", "Speed".</param>
/// <param name="Indexes">Up to three indexes; empty for none.</param>
internal sealed record NamePart(string Name, int[] Indexes)
{
    public override string ToString() => Indexes.Length == 0 ? Name : $"{Name}[{string.Join(',', Indexes)}]";
}

/// <summary>Where a value is in a Logix or Micro800 controller, as Studio 5000 writes it. Immutable.</summary>
internal sealed record EtherNetIpAddress
{
    /// <summary>"Program:Main", or empty for the controller's scope.</summary>
    public string Program { get; init; } = "";

    /// <summary>The tag and its members; a slice begins at the last index of the last name.</summary>
    public required IReadOnlyList<NamePart> Names { get; init; }

    /// <summary>Bit of an integer, or -1.</summary>
    public int Bit { get; init; } = -1;

    /// <summary>Elements of a slice; 0 for a single value.</summary>
    public int Count { get; init; }

    /// <summary>Type that the tag table gives, or null.</summary>
    public EtherNetIpType? Type { get; init; }

    /// <summary>The last name has an index, so that it is an element of an array.</summary>
    public bool IsElement => Names[^1].Indexes.Length > 0;

    /// <summary>Index in the last dimension of the last name; 0 without one.</summary>
    public int LastIndex => IsElement ? Names[^1].Indexes[^1] : 0;

    /// <summary>The address with another index in the last dimension of the last name.</summary>
    public EtherNetIpAddress At(int index)
    {
        var last = Names[^1];
        return this with { Names = [.. Names.Take(Names.Count - 1), last with { Indexes = [.. last.Indexes[..^1], index] }] };
    }

    /// <summary>The address as Studio 5000 writes it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Program);
        foreach (var name in Names)
        {
            if (text.Length > 0) text.Append('.');
            text.Append(name);
        }

        if (Count > 0 && IsElement) text.Insert(text.Length - 1, string.Create(CultureInfo.InvariantCulture, $"..{LastIndex + Count - 1}"));
        if (Bit >= 0) text.Append(CultureInfo.InvariantCulture, $".{Bit}");
        return text.ToString();
    }
}
