using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>
/// Encodes a payload as a row: whole (<see cref="PayloadRows"/>) or field by field (<see cref="FieldRows"/>). <see cref="BatchRows"/> calls
/// it, one call at a time.
/// </summary>
internal interface IPayloadRows
{
    /// <summary>Encodes one payload.</summary>
    /// <exception cref="UnstorableException">It can never be stored.</exception>
    void Write(in Record record);
}

/// <summary>
/// Encodes one row per payload with the whole payload in one column. The JSON is not parsed: it was validated when it was created. Performs
/// no I/O.
/// </summary>
internal sealed class PayloadRows(CopyBuffer rows, TextEncoder texts, string site, ColumnType type) : IPayloadRows
{
    public void Write(in Record record)
    {
        rows.Row(4);
        rows.Time(record.Time);
        texts.Write(site, "the site's name");
        texts.Write(record.Device, "the device's name");
        if (type == ColumnType.Jsonb) texts.WriteJsonb(record.Json.Span, "the payload");
        else rows.Bytes(record.Json.Span);
    }
}
