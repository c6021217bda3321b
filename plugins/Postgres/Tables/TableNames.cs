namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>The tables of a sink.</summary>
internal static class TableNames
{
    /// <summary>The table of how far each queue is stored.</summary>
    public const string Progress = "plant_progress";

    /// <summary>The narrow table: a row for each sample.</summary>
    public static Table Samples(PostgresOptions options) => new(
        options.Schema,
        options.Table,
        [
            new("time", ColumnType.Timestamptz, IsRequired: true), new("site", ColumnType.Text, true), new("device", ColumnType.Text, true),
            new("tag", ColumnType.Text, true), new("value", ColumnType.Double), new("text", ColumnType.Text),
            new("quality", ColumnType.Text, true), new("unit", ColumnType.Text, true),
        ],
        "device", "tag", "time");

    /// <summary>The table of payloads: whole, or a column for each field that is named.</summary>
    public static Table Payloads(PostgresOptions options, IReadOnlyList<FieldColumn>? fields) =>
        fields is not null
            ? new(options.Schema, options.PayloadTable, [.. fields.Select(f => f.Column)])
            : new(
                options.Schema,
                options.PayloadTable,
                [
                    new("time", ColumnType.Timestamptz, IsRequired: true), new("site", ColumnType.Text, true),
                    new("device", ColumnType.Text, true), new("payload", ColumnType.Jsonb, true),
                ],
                "device", "time");
}
