using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>A row for each payload, with a column for each field that site.toml names; a field that is missing is NULL.</summary>
internal sealed class FieldRows(CopyBuffer rows, TextFields texts, IReadOnlyList<FieldColumn> fields, Table table) : IPayloadRows
{
    private readonly FieldValues _values = new(rows, texts);

    public void Write(in Record record)
    {
        try
        {
            using var payload = JsonDocument.Parse(record.Json);
            rows.Row(fields.Count);
            for (var i = 0; i < fields.Count; i++) _values.Write(fields[i].Path, table.Columns[i].Type, Find(payload.RootElement, fields[i].Names));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape stands for half of a surrogate pair.
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
