using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>A row for each payload, which it holds whole.</summary>
internal sealed class PayloadRows(CopyBuffer rows, TextFields texts, string site, ColumnType type) : IPayloadRows
{
    public void Write(in Record record)
    {
        rows.Row(4);
        rows.Time(record.Time);
        texts.Write(site, "the site's name");
        texts.Write(record.Device, "the device's name");
        if (type == ColumnType.Jsonb) rows.Jsonb(record.Json.Span);
        else rows.Bytes(record.Json.Span);
    }
}
