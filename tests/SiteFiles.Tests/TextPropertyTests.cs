using System.Globalization;
using System.Text;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Sites;
using PlantRuntime.Sites.TagTables;
using PlantRuntime.Sites.Text;
using SizeText = PlantRuntime.Sites.Text.Size;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>
/// Properties of the parsers of durations, sizes, CSV and <c>${NAME}</c>, over generated inputs.
/// </summary>
public sealed class TextPropertyTests
{
    private static readonly string[] s_units = ["ms", "s", "min", "h", "d"];

    [Fact]
    public void A_duration_survives_formatting_and_parsing() =>
        Gen.Long[0, TimeSpan.MaxValue.Ticks].Select(ticks => new TimeSpan(ticks)).ForAll(
            duration => DurationText.TryParse(DurationText.Format(duration), out var again, out _) && again == duration);

    [Fact]
    public void A_duration_of_several_units_is_their_sum() =>
        Gen.Select(Gen.Int[0, 5000], Pick(s_units)).Array[1, 6].ForAll(
            parts =>
            {
                var text = string.Concat(parts.Select(p => $"{p.Item1}{p.Item2}"));
                var sum = parts.Aggregate(TimeSpan.Zero, (total, p) => total + (p.Item1 * UnitOf(p.Item2)));
                return DurationText.TryParse(text, out var duration, out _) && duration == sum;
            });

    [Fact]
    public void A_text_that_is_no_duration_or_size_gets_a_reason() =>
        Gen.String[Gen.Char["0123456789. -msinhdKMGB$"], 0, 12].ForAll(
            text => DurationText.TryParse(text, out var duration, out var problem) == (problem.Length == 0) && duration >= TimeSpan.Zero
                && SizeText.TryParse(text, out var size, out problem) == (problem.Length == 0) && size.Bytes >= 0);

    [Fact]
    public void A_size_is_its_number_times_a_power_of_1024() =>
        Gen.Select(Gen.Int[0, 3], Gen.Long[0, long.MaxValue >> 30]).ForAll(
            (power, number) =>
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{number}{new[] { "B", "KB", "MB", "GB" }[power]}");
                return SizeText.TryParse(text, out var size, out _) && size.Bytes == number << (10 * power);
            });

    [Fact]
    public void Csv_rows_survive_writing_and_reading() =>
        Gen.Select(Gen.Char[",;\t"], Gen.String[Gen.Char["ab ,;\t\"\r\né🏭1"], 0, 6].Array[1, 4].Array[1, 5]).ForAll(
            (delimiter, rows) =>
            {
                var text = new StringBuilder();
                foreach (var row in rows) text.AppendJoin(delimiter, row.Select(Quoted)).Append('\n');
                var problems = new ProblemList();
                var reader = new CsvReader(text.ToString(), "t.csv", delimiter, problems);
                var read = new List<CsvCell>();
                return rows.All(row => reader.ReadRow(read) && read.Select(c => c.Text).SequenceEqual(row))
                    && !reader.ReadRow(read) && problems.Count == 0;
            });

    [Fact]
    public void Any_csv_text_is_read_to_its_end_with_locations_inside_it() =>
        Gen.String[Gen.Char["ab ,\"\r\n"], 0, 40].ForAll(
            text =>
            {
                var problems = new ProblemList();
                var reader = new CsvReader(text, "t.csv", ',', problems);
                var row = new List<CsvCell>();
                var (rows, isInside) = (0, true);
                while (reader.ReadRow(row) && ++rows <= text.Length) isInside &= row.TrueForAll(cell => IsInside(cell.At, text));
                return rows <= text.Length && isInside && problems.Items.All(p => IsInside(p.At, text));
            });

    [Fact]
    public void Text_without_dollars_stays_and_doubled_dollars_are_dollars() =>
        Gen.String[Gen.Char["a${}_ N"], 0, 20].ForAll(
            text => Expand(text.Replace("$", "$$", StringComparison.Ordinal)) is (var expanded, 0) && expanded == text);

    [Fact]
    public void Each_name_is_replaced_by_its_value_and_the_value_is_not_expanded_again() =>
        Gen.Select(Gen.String[Gen.Char["ab }"], 0, 5], Pick("NAME", "DOLLAR", "_x1")).Array[0, 6].ForAll(
            parts =>
            {
                var text = string.Concat(parts.Select(p => $"{p.Item1}${{{p.Item2}}}"));
                var expected = string.Concat(parts.Select(p => p.Item1 + Value(p.Item2)));
                return Expand(text) is (var expanded, 0) && expanded == expected;
            });

    [Fact]
    public void Any_text_is_expanded_or_gets_problems_at_its_dollars() =>
        Gen.String[Gen.Char["a${}_N1-:"], 0, 20].ForAll(
            text =>
            {
                var columns = new List<int>();
                EnvironmentExpansion.Apply(text, Value, (column, _) => columns.Add(column));
                return columns.TrueForAll(column => text.AsSpan(column - 1).StartsWith("${", StringComparison.Ordinal));
            });

    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static Gen<string> Pick(params string[] from) => Gen.Int[0, from.Length - 1].Select(index => from[index]);

    private static (string Text, int Problems) Expand(string text)
    {
        var problems = 0;
        var expanded = EnvironmentExpansion.Apply(text, Value, (_, _) => problems++);
        return (expanded, problems);
    }

    private static string? Value(string name) => name switch { "NAME" => "press", "DOLLAR" => "${NAME}$$", "_x1" => "", _ => null };

    private static TimeSpan UnitOf(string unit) => unit switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "min" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    private static bool IsInside(SourceLocation at, string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\r', '\n');
        return at.Line >= 1 && at.Line <= lines.Length && at.Column >= 1 && at.Column <= lines[at.Line - 1].Length + 1;
    }
}
