namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>The types' names: as SQL has them, as people abbreviate them, and as the catalog has them (pg_type.typname).</summary>
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

    /// <summary>What may stand in site.toml.</summary>
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

    /// <summary>True when values meant for one type fit a column of the other: a payload goes into json as well as into jsonb.</summary>
    public static bool Fits(this ColumnType wanted, ColumnType? found) =>
        found == wanted || (wanted == ColumnType.Jsonb && found == ColumnType.Json) || (wanted == ColumnType.Json && found == ColumnType.Jsonb);
}
