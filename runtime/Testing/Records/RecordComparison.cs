using System.Text;
using System.Text.Json;

namespace PlantRuntime.Testing.Records;

/// <summary>
/// Compares expected and actual records, and describes the differences in a table. <see cref="RecordList"/> creates one for each check.
/// Immutable.
/// </summary>
internal sealed class RecordComparison
{
    private const int MaxRecords = 10;
    private const int MaxColumns = 8;
    private const int MaxDifferences = 5;
    private const int MaxCell = 40;
    private readonly IReadOnlyList<JsonElement> _expected;
    private readonly IReadOnlyList<JsonElement> _actual;
    private readonly IReadOnlyList<(int? Expected, int? Actual)> _pairs;
    private readonly List<FieldDifference>[] _differences;

    public RecordComparison(IReadOnlyList<JsonElement> expected, IReadOnlyList<JsonElement> actual, bool isWhole)
    {
        (_expected, _actual) = (expected, actual);
        _pairs = RecordAlignment.Align(expected.Count, actual.Count, (e, a) => Differences(e, a).Count == 0);
        _differences = [.. _pairs.Select(p => p is ({ } e, { } a) ? Differences(e, a) : [])];

        List<FieldDifference> Differences(int e, int a) => JsonComparison.Differences(expected[e], actual[a], isWhole);
    }

    public bool IsSame => !Enumerable.Range(0, _pairs.Count).Any(Differs);

    /// <summary>
    /// Returns a table with two rows for each record that differs, differences in asterisks, followed by a list of the fields that differ.
    /// At most 10 records, 8 columns and 5 fields are shown.
    /// </summary>
    /// <exception cref="InvalidOperationException">The records do not differ.</exception>
    public string ToTable()
    {
        var text = new StringBuilder();
        var total = _pairs.Count;
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
        var fields = shown.SelectMany(i => _differences[i].Select(d => (i, d))).ToList();
        foreach (var (i, d) in fields.Take(MaxDifferences))
            text.AppendLine($"  record {i + 1}, {d.Path}: expected {Cut(d.Expected)}, found {Cut(d.Actual)}");
        if (fields.Count > MaxDifferences) text.AppendLine($"  and {fields.Count - MaxDifferences} more fields");
        return text.ToString().ReplaceLineEndings("\n").TrimEnd();
    }

    private bool Differs(int i) => _pairs[i] is (null, _) or (_, null) || _differences[i].Count > 0;

    /// <summary>Returns the expected fields, or only those that differ if there are more than the table shows.</summary>
    private List<string> Columns(List<int> shown)
    {
        var differing = shown.SelectMany(i => _differences[i]).Select(d => d.Column).Distinct().ToList();
        var records = shown.Select(i => _expected.Count > 0 ? At(_expected, _pairs[i].Expected) : At(_actual, _pairs[i].Actual));
        var fields = records.OfType<JsonElement>().SelectMany(r => JsonComparison.Columns(r)).Select(c => c.Column);
        var all = fields.Concat(differing).Distinct().ToList();
        return [.. (all.Count > MaxColumns && differing.Count > 0 ? differing : all).Take(MaxColumns)];
    }

    private IEnumerable<string[]> Rows(int i, List<string> columns)
    {
        var number = $"{i + 1}";
        var (expected, actual) = (At(_expected, _pairs[i].Expected), At(_actual, _pairs[i].Actual));
        if (!Differs(i)) return [[number, "as expected", .. Row(actual, columns, [])]];
        return
        [
            [number, "expected", .. Row(expected, columns, [])],
            ["", "actual", .. Row(actual, columns, [.. _differences[i].Select(d => d.Column)])],
        ];
    }

    private static JsonElement? At(IReadOnlyList<JsonElement> records, int? index) => index is { } i ? records[i] : null;

    private static IEnumerable<string> Row(JsonElement? record, List<string> columns, HashSet<string> marked) => record is { } r
        ? columns.Select(c => marked.Contains(c) ? $"*{Cell(r, c)}*" : Cell(r, c))
        : columns.Select((_, c) => c == 0 ? "(no record)" : "");

    private static string Cell(JsonElement record, string column) =>
        Cut(JsonComparison.Value(record, column)?.GetRawText() ?? JsonComparison.None);

    private static string Cut(string text) => text.Length <= MaxCell ? text : $"{text[..(MaxCell - 1)]}…";
}
