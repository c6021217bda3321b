using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Structures;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Info;

/// <summary>
/// Lists the tags of a controller and its programs, with the members of structures, as a tag table has them: address and type. What the
/// controller keeps for itself is left out.
/// </summary>
internal sealed class TagBrowser(EtherNetIpDriver driver, BrowseScope scope)
{
    private const int MostRows = 64;

    private static readonly string[] s_moduleParts = [":I", ":O", ":C", ":S"];

    /// <exception cref="RefusedException">The controller does not list its tags.</exception>
    public async IAsyncEnumerable<BrowseEntry> BrowseAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var tags = new List<(string Program, Symbol Symbol)>();
        await driver.RunAsync(session => Browse(session, tags), cancel).ConfigureAwait(false);
        var entries = new List<BrowseEntry>();
        foreach (var (program, symbol) in tags)
        {
            entries.Clear();
            Add(entries, program.Length == 0 ? symbol.Name : $"{program}.{symbol.Name}", symbol);
            foreach (var entry in entries)
            {
                if (IsWanted(entry.Address)) yield return entry;
            }
        }
    }

    // The root is a program, a tag or a member; a level is a member of what is one level above.
    private bool IsWanted(string address)
    {
        var rest = address.AsSpan();
        if (scope.Root is { } root)
        {
            if (!address.StartsWith(root, StringComparison.OrdinalIgnoreCase)) return false;
            rest = rest[root.Length..];
            if (rest.Length > 0 && rest[0] is not ('.' or '[')) return false;
            rest = rest.TrimStart('.');
        }
        else if (address.StartsWith("Program:", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[(address.IndexOf('.', StringComparison.Ordinal) + 1)..];
        }

        // The two dots of a slice are no levels.
        return scope.Depth is not { } depth || rest.Count('.') - (2 * rest.Count("..".AsSpan())) < depth;
    }

    private IEnumerable<IReadOnlyList<CipItem>> Browse(EtherNetIpSession session, List<(string Program, Symbol Symbol)> found)
    {
        var (catalog, room) = (driver.Catalog, driver.Limits.ReplyRoom(session.Transport));
        foreach (var round in catalog.LoadSymbols("", room)) yield return round;
        var controller = catalog.Scope("")!;
        if (controller.Fault is { } fault) throw new RefusedException($"the controller does not list its tags: {fault.Reason}");
        List<string> programs = ["", .. controller.Symbols.Where(symbol => symbol.IsProgram).Select(symbol => symbol.Name)];
        foreach (var program in programs.Skip(1))
        {
            foreach (var round in catalog.LoadSymbols(program, room)) yield return round;
        }

        found.AddRange(programs.SelectMany(program => catalog.Scope(program)!.Symbols.Where(IsTag)
            .Select(symbol => (Program: program, Symbol: symbol))));
        var templates = found.Where(tag => tag.Symbol.IsStructure).Select(tag => tag.Symbol.Template);
        foreach (var round in catalog.LoadTemplates(templates, room)) yield return round;
    }

    private static bool IsTag(Symbol symbol) => !symbol.IsSystem && !symbol.IsProgram && symbol.Access != 3
        && !symbol.Name.StartsWith("__", StringComparison.Ordinal)
        && (!symbol.Name.Contains(':', StringComparison.Ordinal)
            || Array.Exists(s_moduleParts, part => symbol.Name.EndsWith(part, StringComparison.OrdinalIgnoreCase)));

    private void Add(List<BrowseEntry> entries, string address, Symbol symbol)
    {
        var structure = symbol.IsStructure ? driver.Catalog.Templates.Find(symbol.Template) : null;
        if (symbol.IsStructure && structure is null)
        {
            entries.Add(new BrowseEntry(address, "UDT", null,
                $"members unknown: {driver.Catalog.Templates.Problem(symbol.Template) ?? "no template"}"));
            return;
        }

        var access = symbol.Access == 2 ? "read only" : "";
        if (symbol.Dimensions is [.. var outer, var last])
        {
            // A slice lies in one row: a table of several dimensions has an entry for each row.
            var rows = outer.Aggregate(1UL, (all, dimension) => all * dimension);
            for (var row = 0UL; row < Math.Min(rows, MostRows); row++)
                AddArray(entries, address, RowOf(outer, row), last, symbol.Type, structure, driver.IsLogix, access);
            return;
        }

        AddValue(entries, address, symbol.Type, structure, access);
    }

    // The outer indexes of a row, counted through all dimensions: "1,2,".
    private static string RowOf(uint[] outer, ulong row)
    {
        var text = "";
        for (var i = outer.Length - 1; i >= 0; i--)
        {
            text = $"{row % outer[i]},{text}";
            row /= outer[i];
        }

        return text;
    }

    private static void AddArray(
        List<BrowseEntry> entries, string address, string row, uint count, EtherNetIpType type, Structure? structure, bool isLogix,
        string description)
    {
        if (count is 0 or > EtherNetIpTypes.MostElements) return;
        var isBits = isLogix && type == EtherNetIpType.Dword;
        var elements = isBits ? 32 * (long)count : count;
        if (elements > EtherNetIpTypes.MostElements) return;
        var name = isBits ? EtherNetIpType.Bool.Name() : NameOf(type, structure);
        var bytes = (int)Math.Min(int.MaxValue, count * (long)(structure?.Bytes ?? type.Bytes()));
        entries.Add(new BrowseEntry(
            $"{address}[{row}0..{elements - 1}]", $"{name}[{elements}]", bytes, Described(structure, description)));
    }

    private static void AddValue(List<BrowseEntry> entries, string address, EtherNetIpType type, Structure? structure, string description)
    {
        entries.Add(new BrowseEntry(address, NameOf(type, structure), structure?.Bytes ?? type.Bytes(), Described(structure, description)));
        if (structure is null or { TextCapacity: > 0 }) return;
        foreach (var member in structure.Members.Where(member => !member.IsHidden))
        {
            if (member.Count == 0) AddValue(entries, $"{address}.{member.Name}", member.Type, member.Structure, "");
            else AddArray(entries, $"{address}.{member.Name}", "", (uint)member.Count, member.Type, member.Structure, isLogix: true, "");
        }
    }

    private static string NameOf(EtherNetIpType type, Structure? structure) => structure switch
    {
        null => type.Name(),
        { TextCapacity: > 0 } => "STRING",
        _ => "UDT",
    };

    private static string Described(Structure? structure, string description)
    {
        var name = structure is null or { Handle: Structure.StringHandle } ? "" : structure.Name;
        return name.Length > 0 && description.Length > 0 ? $"{name}, {description}" : name + description;
    }
}
