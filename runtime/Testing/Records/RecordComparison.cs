using System.Text;
using System.Text.Json;

namespace PlantRuntime.Testing.Records;

/// <summary>
/// Expected and actual records side by side: a table with two rows a record, what differs between asterisks, and below it the fields that
/// differ.
/// </summary>
internal sealed class RecordComparison
{
    private const int MaxRecords = 10;
    private const int MaxColumns = 8;
    private const int MaxDifferences = 5;
    private const int MaxCell = 40;
    private readonly IReadOnlyList<JsonElement> _expected;
    private readonly IReadOnlyList<JsonElement> _actual;
    private readonly List<FieldDifference>[] _differences;

    public RecordComparison(IReadOnlyList<JsonElement> expected, IReadOnlyList<JsonElement> actual, bool isWhole)
    {
        (_expected, _actual) = (expected, actual);
        _differences = [.. expected.Zip(actual, (e, a) => JsonComparison.Differences(e, a, isWhole))];
    }

    public bool IsSame => _expected.Count == _actual.Count && _differences.All(d => d.Count == 0);

    public override string ToString()
    {
        var text = new StringBuilder();
        var total = Math.Max(_expected.Count, _actual.Count);
        var first = Enumerable.Range(0, total).First(Differs);

        // A record or two before the first difference show where in the sequence it is.
        var from = total <= MaxRecords ? 0 : Math.Max(0, first - 2);
        var shown = Enumerable.Range(from, Math.Min(MaxRecords, total - from)).ToList();
        var columns = Columns(shown);
        List<string[]> rows = [["", "", .. columns], .. shown.SelectMany(i => Rows(i, columns))];
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToList();
        foreach (var row in rows)
            text.Append("  ").AppendLine(string.Join("  ", row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());
        if (total > shown.Count) text.AppendLine($"  {total - shown.Count} of {total} records are not shown");
        var fields = shown.Where(i => i < _differences.Length).SelectMany(i => _differences[i].Select(d => (i, d))).ToList();
        foreach (var (i, d) in fields.Take(MaxDifferences))
            text.AppendLine($"  record {i + 1}, {d.Path}: expected {Cut(d.Expected)}, found {Cut(d.Actual)}");
        if (fields.Count > MaxDifferences) text.AppendLine($"  and {fields.Count - MaxDifferences} more fields");
        return text.ToString().ReplaceLineEndings("\n").TrimEnd();
    }

    private bool Differs(int i) => i >= _differences.Length || _differences[i].Count > 0;

    /// <summary>The fields that are expected; when they are many, only those that differ.</summary>
    private List<string> Columns(List<int> shown)
    {
        var differing = shown.Where(i => i < _differences.Length).SelectMany(i => _differences[i]).Select(d => d.Column).Distinct().ToList();
        var source = _expected.Count > 0 ? _expected : _actual;
        var fields = shown.Where(i => i < source.Count).SelectMany(i => JsonComparison.Columns(source[i])).Select(c => c.Column);
        var all = fields.Concat(differing).Distinct().ToList();
        return [.. (all.Count > MaxColumns && differing.Count > 0 ? differing : all).Take(MaxColumns)];
    }

    private IEnumerable<string[]> Rows(int i, List<string> columns)
    {
        var number = $"{i + 1}";
        if (!Differs(i)) return [[number, "as expected", .. columns.Select(c => Cell(_actual, i, c))]];
        var marked = i < _differences.Length ? _differences[i].Select(d => d.Column).ToHashSet() : [];
        return
        [
            [number, "expected", .. Row(_expected, i, columns, [])],
            ["", "actual", .. Row(_actual, i, columns, marked)],
        ];
    }

    private static IEnumerable<string> Row(IReadOnlyList<JsonElement> records, int i, List<string> columns, HashSet<string> marked) =>
        i < records.Count
            ? columns.Select(c => marked.Contains(c) ? $"*{Cell(records, i, c)}*" : Cell(records, i, c))
            : columns.Select((_, c) => c == 0 ? "(no record)" : "");

    private static string Cell(IReadOnlyList<JsonElement> records, int i, string column) =>
        Cut(JsonComparison.Value(records[i], column)?.GetRawText() ?? JsonComparison.None);

    private static string Cut(string text) => text.Length <= MaxCell ? text : $"{text[..(MaxCell - 1)]}…";
}
