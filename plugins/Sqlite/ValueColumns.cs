using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// How a value lies in the columns <c>value</c> and <c>text</c>: numbers and bools (0, 1) in value, texts and the JSON of arrays in text.
/// What SQLite has no number for is in text: NaN and the infinities, with value NULL; an integer above 2⁶³−1 exactly in text, and nearly,
/// as a REAL, in value.
/// </summary>
internal static class ValueColumns
{
    public static void Bind(Statement insert, int value, int text, Value content, TextBytes bytes, JsonText arrays)
    {
        insert.BindNull(text);
        switch (content.Kind)
        {
            case ValueKind.Bool or ValueKind.Int: insert.Bind(value, content.Int); break;
            case ValueKind.UInt when content.UInt <= long.MaxValue: insert.Bind(value, content.Int); break;
            case ValueKind.UInt:
                insert.Bind(value, (double)content.UInt);
                insert.BindText(text, bytes.Of(content.UInt));
                break;
            case ValueKind.Float32 when double.IsFinite(content.Number): insert.Bind(value, Shortest((float)content.Number)); break;
            case ValueKind.Float64 when double.IsFinite(content.Number): insert.Bind(value, content.Number); break;
            case ValueKind.Float32 or ValueKind.Float64:
                insert.BindNull(value);
                insert.BindText(text, double.IsNaN(content.Number) ? "NaN"u8 : content.Number > 0 ? "Infinity"u8 : "-Infinity"u8);
                break;
            case ValueKind.Array:
                insert.BindNull(value);
                insert.BindText(text, arrays.Of(content));
                break;
            case ValueKind.Text:
                insert.BindNull(value);
                insert.BindText(text, bytes.Of(content.Text));
                break;
            default: insert.BindNull(value); break;
        }
    }

    /// <summary>The double that prints as the single does: 0.1, where widening the bits gives 0.10000000149011612.</summary>
    private static double Shortest(float number)
    {
        Span<byte> digits = stackalloc byte[32];
        number.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        return double.Parse(digits[..written], CultureInfo.InvariantCulture);
    }
}
