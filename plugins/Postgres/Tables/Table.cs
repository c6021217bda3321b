namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>A table that rows are copied into.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">The columns that are written, in the order of a row's fields.</param>
/// <param name="Index">Columns of the index that a new table gets; none for no index.</param>
internal sealed record Table(string Schema, string Name, IReadOnlyList<Column> Columns, params IReadOnlyList<string> Index)
{
    public string QuotedName => $"{Identifier.Quote(Schema)}.{Identifier.Quote(Name)}";

    /// <summary>The column by which TimescaleDB divides the table; null when rows may be without a time.</summary>
    public string? TimeColumn => Columns.FirstOrDefault(c => c is { Type: ColumnType.Timestamptz, IsRequired: true })?.Name;

    public string CreateSql
    {
        get
        {
            var columns = Columns.Select(c => $"{Identifier.Quote(c.Name)} {c.Type.ToSql()}{(c.IsRequired ? " NOT NULL" : "")}");
            return $"CREATE TABLE {QuotedName} ({string.Join(", ", columns)})";
        }
    }

    public string IndexSql => $"CREATE INDEX ON {QuotedName} ({string.Join(", ", Index.Select(Identifier.Quote))})";

    public string CopySql => $"COPY {QuotedName} ({string.Join(", ", Columns.Select(c => Identifier.Quote(c.Name)))}) FROM STDIN (FORMAT binary)";
}
