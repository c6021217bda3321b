using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Binds a value to the columns <c>value</c> and <c>text</c>: numbers and bools (0, 1) to value, texts and the JSON of arrays to text. NaN
/// and the infinities, which SQLite cannot store as numbers, go to text, with value NULL; an integer above 2⁶³−1 goes to text exactly, and
/// to value as the nearest REAL. It has no state; the caller owns statement and buffers.
/// </summary>
internal static class ValueColumns
{
    public static void Bind(Statement insert, int value, int text, Value content, Utf8Buffer bytes, JsonText arrays)
    {
        insert.BindNull(text);
        switch (content.Kind)
        {
            case ValueKind.Bool or ValueKind.Int: insert.Bind(value, content.Int); break;
            case ValueKind.UInt when content.UInt <= long.MaxValue: insert.Bind(value, content.Int); break;
            case ValueKind.UInt:
                insert.Bind(value, (double)content.UInt);
                insert.BindText(text, bytes.Encode(content.UInt));
                break;
            case ValueKind.Float32 when double.IsFinite(content.Number):
                insert.Bind(value, SinglePrecision.Widen((float)content.Number));
                break;
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
                insert.BindText(text, bytes.Encode(content.Text));
                break;
            default: insert.BindNull(value); break;
        }
    }
}
