namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>Describes the tables of a sink: names, columns and indexes. Pure.</summary>
internal static class TableNames
{
    /// <summary>Name of the table with the last stored record of each queue.</summary>
    public const string Progress = "plant_progress";

    /// <summary>The columns of that table.</summary>
    public static readonly IReadOnlyList<string> ProgressColumns = ["sink", "queue", "batch", "record"];

    /// <summary>Returns the narrow table with one row per sample.</summary>
    public static Table Samples(PostgresSinkOptions options) => new(
        options.Schema,
        options.Table,
        [
            new("time", ColumnType.Timestamptz, IsRequired: true), new("site", ColumnType.Text, true), new("device", ColumnType.Text, true),
            new("tag", ColumnType.Text, true), new("value", ColumnType.Double), new("text", ColumnType.Text),
            new("quality", ColumnType.Text, true), new("unit", ColumnType.Text, true),
        ],
        "device", "tag", "time");

    /// <summary>Returns the table of payloads, with one column for the whole payload or one per configured field.</summary>
    public static Table Payloads(PostgresSinkOptions options, IReadOnlyList<FieldColumn>? fields) =>
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
