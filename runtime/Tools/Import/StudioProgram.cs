using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Tools.Import;

/// <summary>One tag of an export of Studio 5000.</summary>
/// <param name="Program">Its program; empty for the controller's scope.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its data type; empty if the export does not name it, as for an alias.</param>
/// <param name="Dimensions">Elements of each dimension; empty for a single value.</param>
/// <param name="Description">Its description.</param>
internal sealed record StudioTag(string Program, string Name, string Type, IReadOnlyList<int> Dimensions, string Description);

/// <summary>One member of a structure.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its data type.</param>
/// <param name="Count">Elements of an array; 0 for a single value.</param>
/// <param name="Description">Its description.</param>
internal sealed record StudioMember(string Name, string Type, int Count, string Description);

/// <summary>
/// The tags and structures of an export of Studio 5000, and the rows of a tag table that they become: each single value, each array and
/// each member of a structure, with the addresses and types of the driver eip. Filled by the readers of the two formats; no I/O.
/// </summary>
internal sealed class StudioProgram
{
    private const int MaxDepth = 20;
    private const int MaxRowsOfArray = 64;

    private static readonly HashSet<string> s_atomic = new(StringComparer.OrdinalIgnoreCase)
    {
        "BOOL", "SINT", "INT", "DINT", "LINT", "USINT", "UINT", "UDINT", "ULINT", "REAL", "LREAL", "STRING",
    };

    private readonly Dictionary<string, IReadOnlyList<StudioMember>> _structures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["TIMER"] = Members("DINT PRE ACC BOOL EN TT DN"),
        ["COUNTER"] = Members("DINT PRE ACC BOOL CU CD DN OV UN"),
        ["CONTROL"] = Members("DINT LEN POS BOOL EN EU DN EM ER UL IN FD"),
    };

    private readonly HashSet<string> _texts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _comments = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tags in the order of the export.</summary>
    public List<StudioTag> Tags { get; } = [];

    /// <summary>Adds a structure.</summary>
    public void AddStructure(string name, IReadOnlyList<StudioMember> members) => _structures[name] = members;

    /// <summary>Adds a string type.</summary>
    public void AddText(string name) => _texts.Add(name);

    /// <summary>Adds a comment of a part of a tag: an element, a member or a bit.</summary>
    /// <param name="program">The program of the tag; empty for the controller's scope.</param>
    /// <param name="operand">The part with the name of its tag: "Pump.3".</param>
    /// <param name="text">The comment.</param>
    public void AddComment(string program, string operand, string text) => _comments[AddressOf(program, operand)] = text;

    /// <summary>The rows of the tag table.</summary>
    public IEnumerable<BrowseEntry> Entries() => Tags.SelectMany(tag =>
        Expand(AddressOf(tag.Program, tag.Name), tag.Type, tag.Dimensions, tag.Description, 0));

    private static string AddressOf(string program, string name) => program.Length == 0 ? name : $"Program:{program}.{name}";

    private static StudioMember[] Members(string list)
    {
        var type = "";
        var members = new List<StudioMember>();
        foreach (var word in list.Split(' '))
        {
            if (word is "DINT" or "BOOL") type = word;
            else members.Add(new StudioMember(word, type, 0, ""));
        }

        return [.. members];
    }

    private IEnumerable<BrowseEntry> Expand(string address, string type, IReadOnlyList<int> dimensions, string description, int depth)
    {
        description = _comments.GetValueOrDefault(address) ?? description;
        var shown = ShownType(type);
        if (dimensions.Count > 0)
        {
            var last = dimensions[^1];
            foreach (var row in RowsOf(dimensions))
            {
                var slice = string.Create(CultureInfo.InvariantCulture, $"{address}[{row}0..{last - 1}]");
                yield return new BrowseEntry(slice, string.Create(CultureInfo.InvariantCulture, $"{shown}[{last}]"), null, description);
            }

            yield break;
        }

        yield return new BrowseEntry(address, shown, null, description);
        if (depth == MaxDepth || !_structures.TryGetValue(type, out var members)) yield break;
        foreach (var member in members)
        {
            IReadOnlyList<int> count = member.Count > 0 ? [member.Count] : [];
            foreach (var entry in Expand($"{address}.{member.Name}", member.Type, count, member.Description, depth + 1)) yield return entry;
        }
    }

    private string ShownType(string type) => type.Length == 0 ? ""
        : _texts.Contains(type) ? "STRING"
        : type.Equals("BIT", StringComparison.OrdinalIgnoreCase) ? "BOOL"
        : s_atomic.Contains(type) ? type.ToUpperInvariant()
        : "UDT";

    // A slice lies in the last dimension: the outer indexes of each row, "1,2,".
    private static IEnumerable<string> RowsOf(IReadOnlyList<int> dimensions)
    {
        var outer = dimensions.Take(dimensions.Count - 1).ToList();
        var rows = outer.Aggregate(1L, (all, size) => all * Math.Max(1, size));
        for (var row = 0L; row < Math.Min(rows, MaxRowsOfArray); row++)
        {
            var (text, rest) = ("", row);
            for (var i = outer.Count - 1; i >= 0; i--)
            {
                text = string.Create(CultureInfo.InvariantCulture, $"{rest % outer[i]},{text}");
                rest /= outer[i];
            }

            yield return text;
        }
    }
}
