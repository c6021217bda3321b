using System.Text.Json;

namespace PlantRuntime.Testing.Records;

/// <summary>Compares JSON values field by field.</summary>
internal static class JsonComparison
{
    /// <summary>A field that is not there.</summary>
    public const string None = "(none)";

    // What a sum of decimal fractions is off by, and far less than any sensor tells apart.
    private const double Tolerance = 1e-12;

    /// <summary>Where two values differ.</summary>
    /// <param name="expected">What should be.</param>
    /// <param name="actual">What is.</param>
    /// <param name="isWhole">False when fields that only <paramref name="actual"/> has do not matter.</param>
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

    /// <summary>The columns of a record: its fields and those of its objects, lists as they are.</summary>
    public static IEnumerable<(string Column, JsonElement Value)> Columns(JsonElement record, string path = "") =>
        record.ValueKind != JsonValueKind.Object
            ? [(path, record)]
            : record.EnumerateObject().SelectMany(field => Columns(field.Value, Join(path, field.Name)));

    /// <summary>The value of a column; null when the record has none.</summary>
    public static JsonElement? Value(JsonElement record, string column) =>
        Columns(record).Where(c => c.Column == column).Select(c => (JsonElement?)c.Value).FirstOrDefault();

    private static bool IsSame(JsonElement? expected, JsonElement? actual)
    {
        if (expected is not { } e || actual is not { } a || e.ValueKind != a.ValueKind) return false;
        if (e.ValueKind == JsonValueKind.String) return e.GetString() == a.GetString();
        if (e.ValueKind != JsonValueKind.Number) return e.GetRawText() == a.GetRawText();
        if (e.TryGetInt64(out var whole) && a.TryGetInt64(out var other)) return whole == other;
        var (x, y) = (e.GetDouble(), a.GetDouble());
        return Math.Abs(x - y) <= Tolerance * Math.Max(Math.Abs(x), Math.Abs(y));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static JsonElement? Field(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement? Item(JsonElement list, int index) => index < list.GetArrayLength() ? list[index] : null;
}
