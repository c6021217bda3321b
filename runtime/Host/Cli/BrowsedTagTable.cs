using System.Globalization;
using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Writes the entries that a device lists as a CSV tag table, page by page, for <c>plant browse --csv</c> and <c>plant import</c>. Entries
/// that the driver does not accept as a tag, such as whole blocks, are left out. Keeps the names that it has given; does no I/O except to
/// the writer.
/// </summary>
/// <param name="driver">The device's driver, which need not be connected; null if the entries are not checked.</param>
/// <param name="output">Receives the table.</param>
internal sealed class BrowsedTagTable(IDriver? driver, TextWriter output)
{
    private const string Header = "name,address,type,unit,low,high,description";

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private bool _hasHeader;

    /// <summary>Number of tags written.</summary>
    public int Rows { get; private set; }

    /// <summary>Writes a page of entries; the header before the first.</summary>
    public void Write(IReadOnlyList<BrowseEntry> entries)
    {
        if (!_hasHeader) output.WriteLine(Header);
        _hasHeader = true;
        var rows = entries.Select(entry => (Entry: entry, Tag: new TagDefinition(NameOf(entry), entry.Address, entry.Kind))).ToList();
        var refused = Refused(rows.ConvertAll(row => row.Tag));
        foreach (var (entry, tag) in rows.Where(row => !refused.Contains(row.Tag)))
        {
            output.WriteLine(string.Join(',', Cell(tag.Name), Cell(tag.Address), Cell(tag.Type!), Cell(entry.Unit ?? ""), Number(entry.Low),
                Number(entry.High), Cell(entry.Description)));
            Rows++;
        }
    }

    private HashSet<TagDefinition> Refused(List<TagDefinition> tags)
    {
        try
        {
            if (driver is not ISubscriber subscriber || subscriber.PrepareReads(tags) is null) driver?.Prepare(tags);
            return [];
        }
        catch (AddressException problems)
        {
            return [.. problems.Problems.Select(problem => problem.Tag)];
        }
    }

    private string NameOf(BrowseEntry entry) => NameOf(entry.Name ?? entry.Address, _names);

    private static string Number(double? value) => value is { } number && double.IsFinite(number)
        ? number.ToString("R", CultureInfo.InvariantCulture)
        : "";

    // Makes a name that recipes can use from the address; if the name exists already, a number is appended.
    private static string NameOf(string address, HashSet<string> names)
    {
        var text = new StringBuilder();
        foreach (var c in address)
        {
            if (char.IsLetterOrDigit(c) || c == '_') text.Append(c);
            else if (text.Length > 0 && text[^1] != '_') text.Append('_');
        }

        var name = text.ToString().TrimEnd('_');
        if (name.Length == 0 || char.IsDigit(name[0])) name = $"_{name}";
        var unique = name;
        for (var n = 2; !names.Add(unique); n++) unique = $"{name}_{n}";
        return unique;
    }

    private static string Cell(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.AsSpan().IndexOfAny(",;\"\t") < 0 ? line : $"\"{line.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
