using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>
/// Encodes one row per payload with one column per field of site.toml; a missing field is NULL. Part of <see cref="BatchRows"/>; one call
/// at a time; performs no I/O.
/// </summary>
internal sealed class FieldRows(CopyBuffer rows, TextEncoder texts, IReadOnlyList<FieldColumn> fields, Table table) : IPayloadRows
{
    private readonly FieldEncoder _values = new(rows, texts);

    public void Write(in Record record)
    {
        try
        {
            using var payload = JsonDocument.Parse(record.Json);
            rows.Row(fields.Count);
            for (var i = 0; i < fields.Count; i++)
                _values.Write(fields[i].Path, table.Columns[i].Type, Find(payload.RootElement, fields[i].Names));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape is half of a surrogate pair.
            throw new UnstorableException($"the payload is no JSON: {error.Message}");
        }
    }

    private static JsonElement Find(JsonElement element, byte[][] names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return default;
        }

        return element;
    }
}
