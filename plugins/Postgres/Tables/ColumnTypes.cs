namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>The types of columns that rows can be written to.</summary>
internal enum ColumnType
{
    Timestamptz,
    Double,
    Real,
    Bigint,
    Integer,
    Smallint,
    Boolean,
    Text,
    Jsonb,
    Json,
}

/// <summary>
/// Converts names of column types: of the SQL standard, common short ones, and those of the catalog (pg_type.typname). Pure.
/// </summary>
internal static class ColumnTypes
{
    private static readonly (ColumnType Type, string Sql, string[] Names)[] s_types =
    [
        (ColumnType.Timestamptz, "timestamp with time zone", ["timestamptz"]),
        (ColumnType.Double, "double precision", ["float8", "double"]),
        (ColumnType.Real, "real", ["float4"]),
        (ColumnType.Bigint, "bigint", ["int8"]),
        (ColumnType.Integer, "integer", ["int4", "int"]),
        (ColumnType.Smallint, "smallint", ["int2"]),
        (ColumnType.Boolean, "boolean", ["bool"]),
        (ColumnType.Text, "text", ["varchar", "bpchar"]),
        (ColumnType.Jsonb, "jsonb", []),
        (ColumnType.Json, "json", []),
    ];

    /// <summary>The names to suggest for site.toml.</summary>
    public static IEnumerable<string> Known => s_types.Select(t => t.Type == ColumnType.Timestamptz ? t.Names[0] : t.Sql);

    public static string ToSql(this ColumnType type) => s_types[(int)type].Sql;

    /// <summary>The type of this name, or null.</summary>
    public static ColumnType? Parse(string name)
    {
        foreach (var (type, sql, names) in s_types)
        {
            if (name.Equals(sql, StringComparison.OrdinalIgnoreCase) || names.Contains(name, StringComparer.OrdinalIgnoreCase)) return type;
        }

        return null;
    }

    /// <summary>True if a value encoded for one type can be written to a column of the other: json and jsonb are interchangeable.</summary>
    public static bool Fits(this ColumnType wanted, ColumnType? found) =>
        found == wanted
        || (wanted == ColumnType.Jsonb && found == ColumnType.Json)
        || (wanted == ColumnType.Json && found == ColumnType.Jsonb);
}
