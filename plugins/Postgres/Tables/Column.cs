namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>A column that rows are written to.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type.</param>
/// <param name="IsRequired">True for NOT NULL when the table is made.</param>
internal sealed record Column(string Name, ColumnType Type, bool IsRequired = false);
