using System.Text.Json;

namespace PlantRuntime.Testing.Records;

/// <summary>Compares JSON values field by field. Pure. Numbers are equal within a relative difference of 1e-12.</summary>
internal static class JsonComparison
{
    /// <summary>Text for a missing field.</summary>
    public const string None = "(none)";

    // Relative to the larger number: above the rounding error of a sum of decimal fractions, below the resolution of a sensor.
    private const double Tolerance = 1e-12;

    /// <summary>Returns the fields that differ.</summary>
    /// <param name="expected">The expected value.</param>
    /// <param name="actual">The actual value.</param>
    /// <param name="isWhole">False to ignore fields that only <paramref name="actual"/> has.</param>
    public static List<FieldDifference> Differences(JsonElement expected, JsonElement actual, bool isWhole)
    {
        var found = new List<FieldDifference>();
        Compare("", "", expected, actual);
        return found;

        void Compare(string path, string column, JsonElement? e, JsonElement? a)
        {
            if (e is { ValueKind: JsonValueKind.Object } left && a is { ValueKind: JsonValueKind.Object } right)
            {
                foreach (var field in left.EnumerateObject()) CompareField(field.Name, field.Value, Field(right, field.Name));
                foreach (var field in right.EnumerateObject().Where(f => isWhole && Field(left, f.Name) is null))
                    CompareField(field.Name, null, field.Value);
            }
            else if (e is { ValueKind: JsonValueKind.Array } list && a is { ValueKind: JsonValueKind.Array } other)
            {
                for (var i = 0; i < Math.Max(list.GetArrayLength(), other.GetArrayLength()); i++)
                    Compare($"{path}[{i}]", column, Item(list, i), Item(other, i));
            }
            else if (!IsSame(e, a)) found.Add(new FieldDifference(path, column, e?.GetRawText() ?? None, a?.GetRawText() ?? None));

            // Fields below a list have no column of their own.
            void CompareField(string name, JsonElement? left, JsonElement? right) =>
                Compare(Join(path, name), column == path ? Join(path, name) : column, left, right);
        }
    }

    /// <summary>Returns the columns of a record: its fields and the fields of its objects, by path; a list is one column.</summary>
    public static IEnumerable<(string Column, JsonElement Value)> Columns(JsonElement record, string path = "") =>
        record.ValueKind != JsonValueKind.Object
            ? [(path, record)]
            : record.EnumerateObject().SelectMany(field => Columns(field.Value, Join(path, field.Name)));

    /// <summary>Returns the value of a column; null if the record has none.</summary>
    public static JsonElement? Value(JsonElement record, string column) =>
        Columns(record).Where(c => c.Column == column).Select(c => (JsonElement?)c.Value).FirstOrDefault();

    private static bool IsSame(JsonElement? expected, JsonElement? actual)
    {
        if (expected is not { } e || actual is not { } a || e.ValueKind != a.ValueKind) return false;
        if (e.ValueKind == JsonValueKind.String) return e.GetString() == a.GetString();
        if (e.ValueKind != JsonValueKind.Number) return e.GetRawText() == a.GetRawText();
        if (e.TryGetInt64(out var whole) && a.TryGetInt64(out var other)) return whole == other;
        if (e.TryGetUInt64(out var unsigned) && a.TryGetUInt64(out var another)) return unsigned == another;
        var (x, y) = (e.GetDouble(), a.GetDouble());
        return Math.Abs(x - y) <= Tolerance * Math.Max(Math.Abs(x), Math.Abs(y));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static JsonElement? Field(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement? Item(JsonElement list, int index) => index < list.GetArrayLength() ? list[index] : null;
}

/// <summary>A field of a record that differs.</summary>
/// <param name="Path">Path of the field: <c>values.amps</c>, <c>changes[0].to</c>.</param>
/// <param name="Column">Column of the field in the table: the path up to the first list.</param>
/// <param name="Expected">Expected JSON, or <see cref="JsonComparison.None"/>.</param>
/// <param name="Actual">Actual JSON, or <see cref="JsonComparison.None"/>.</param>
internal sealed record FieldDifference(string Path, string Column, string Expected, string Actual);
