namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>A table that rows are copied into, with the SQL for it. Immutable.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">The columns that are written, in the order of a row's fields.</param>
/// <param name="Index">Columns of the index of a new table; none for no index.</param>
internal sealed record Table(string Schema, string Name, IReadOnlyList<Column> Columns, params IReadOnlyList<string> Index)
{
    public string QuotedName => $"{Identifier.Quote(Schema)}.{Identifier.Quote(Name)}";

    /// <summary>The column by which TimescaleDB partitions the table; null if rows may have no time.</summary>
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

    public string CopySql => $"COPY {QuotedName} ({ColumnList}) FROM STDIN (FORMAT binary)";

    /// <summary>Copies rows into the temporary table of <see cref="CreateStagingSql"/>.</summary>
    public string CopyStagingSql => $"COPY {Staging} ({ColumnList}) FROM STDIN (FORMAT binary)";

    /// <summary>Inserts the rows of the temporary table that violate no unique key, in their order.</summary>
    public string InsertStagedSql =>
        $"INSERT INTO {QuotedName} ({ColumnList}) SELECT {ColumnList} FROM {Staging} ON CONFLICT DO NOTHING";

    private string ColumnList => string.Join(", ", Columns.Select(c => Identifier.Quote(c.Name)));

    // PostgreSQL searches temporary tables first, so that a table of that name in a schema is not meant.
    private string Staging => $"pg_temp.{Identifier.Quote($"plant_rows_{Name}"[..Math.Min(63, "plant_rows_".Length + Name.Length)])}";

    /// <summary>Creates a temporary table with the columns of this one and no constraints.</summary>
    /// <param name="atCommit">The treatment of the table at the end of a transaction: DELETE ROWS or DROP.</param>
    public string CreateStagingSql(string atCommit) =>
        $"CREATE TEMPORARY TABLE {Staging} ON COMMIT {atCommit} AS SELECT {ColumnList} FROM {QuotedName} WITH NO DATA";
}

/// <summary>A column that rows are written to.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type.</param>
/// <param name="IsRequired">True for NOT NULL in a new table.</param>
internal sealed record Column(string Name, ColumnType Type, bool IsRequired = false);
