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
