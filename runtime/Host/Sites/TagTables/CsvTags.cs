using System.Globalization;
using PlantRuntime.Host.Sites.Text;
using PlantRuntime.Host.Sites.Toml;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Sites.TagTables;

/// <summary>
/// Tag tables as engineering tools write them: a line of column names in any order, then a tag a line. Cells are set apart by comma,
/// semicolon or tab, whichever the first line uses; with semicolons a decimal comma is understood.
/// </summary>
internal static class CsvTags
{
    private static readonly string[] s_columns = ["name", "address", "type", "unit", "scale", "offset", "low", "high", "description", "poll"];

    public static List<TagModel> Read(ReadOnlySpan<byte> bytes, string file, ICollection<Problem> problems)
    {
        string text;
        try
        {
            text = TomlScanner.Decode(bytes, file);
        }
        catch (TomlException exception)
        {
            problems.Add(new Problem(exception.At, exception.Message));
            return [];
        }

        var head = text.AsSpan(0, Math.Max(0, text.AsSpan().IndexOf('\n') is var end and >= 0 ? end : text.Length));
        var delimiter = head.Contains(';') ? ';' : head.Contains('\t') ? '\t' : ',';
        var reader = new CsvReader(text, file, delimiter);
        if (reader.Next(problems) is not { } header)
        {
            problems.Add(new Problem(new Position(file, 1, 1), $"the table is empty: its first line names columns, {string.Join(',', s_columns)}"));
            return [];
        }

        if (Columns(header, problems) is not { } columns) return [];
        var tags = new List<TagModel>();
        while (reader.Next(problems) is { } row)
        {
            if (Tag(new CsvRow(row, columns, delimiter == ';', problems), file) is { } tag) tags.Add(tag);
        }

        return tags;
    }

    private static string?[]? Columns(List<CsvCell> header, ICollection<Problem> problems)
    {
        var columns = new string?[header.Count];
        for (var i = 0; i < header.Count; i++)
        {
            var name = header[i].Text.Trim().ToLowerInvariant();
            if (name.Length == 0 && i == header.Count - 1) continue;
            if (!s_columns.Contains(name)) problems.Add(new Problem(header[i].At, $"unknown column \"{name}\"{Nearest.Hint(name, s_columns)}; there are {string.Join(", ", s_columns)}"));
            else if (columns.Contains(name)) problems.Add(new Problem(header[i].At, $"the column \"{name}\" is there twice"));
            else columns[i] = name;
        }

        var missing = new[] { "name", "address" }.Where(n => !columns.Contains(n)).ToList();
        foreach (var name in missing) problems.Add(new Problem(header[0].At, $"the column \"{name}\" is missing"));
        return missing.Count == 0 ? columns : null;
    }

    private static TagModel? Tag(CsvRow row, string file)
    {
        var (name, address) = (row.Cell("name"), row.Cell("address"));
        if (!row.HasAllCells(out var rowAt)) return null;
        if (TagName.Problem(name.Text) is { } wrong)
        {
            row.Report(name.At, wrong);
            return null;
        }

        if (address.Text.Length == 0) row.Report(address.At, $"the tag \"{name.Text}\" has no address");
        var tag = new TagModel
        {
            Name = name.Text,
            At = rowAt with { File = file, Column = name.At.Column },
            Address = address.Text,
            AddressAt = address.At,
            Type = row.Cell("type").Text is { Length: > 0 } type ? type : null,
            Unit = row.Cell("unit").Text,
            Description = row.Cell("description").Text,
            Scale = row.Number("scale"),
            Offset = row.Number("offset"),
            Low = row.Number("low"),
            High = row.Number("high"),
            Poll = row.Duration("poll"),
        };
        if (tag.Low > tag.High) row.Report(row.Cell("low").At, "low is not above high");
        return tag;
    }
}
