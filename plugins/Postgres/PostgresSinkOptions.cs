using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>Options of a PostgreSQL sink in site.toml. Immutable.</summary>
public sealed class PostgresSinkOptions : PostgresOptions
{
    /// <summary>Schema of all tables; it must exist.</summary>
    public string Schema { get; init; } = "public";

    /// <summary>The table for samples.</summary>
    public string Table { get; init; } = "samples";

    /// <summary>The table for payloads of recipes.</summary>
    public string PayloadTable { get; init; } = "records";

    /// <summary>
    /// Fields of a payload and the types of their columns. "values.speed" is the field speed inside values, and its column is values_speed.
    /// Without it, a payload is stored as one jsonb.
    /// </summary>
    /// <example>columns = { ts = "timestamptz", "values.speed" = "real" }</example>
    public IReadOnlyDictionary<string, string>? Columns { get; init; }

    /// <summary>Treatment of a text with the character NUL, which PostgreSQL cannot store.</summary>
    public NulCharacterPolicy Nul { get; init; } = NulCharacterPolicy.Remove;

    /// <summary>Treatment of a row that violates a unique key of its table.</summary>
    public ConflictPolicy OnConflict { get; init; } = ConflictPolicy.Reject;

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var problem in base.Validate()) yield return problem;
        if (!Identifier.IsValid(Schema)) yield return ("schema", Identifier.DescribeInvalid(Schema, "public"));
        if (!Identifier.IsValid(Table)) yield return ("table", Identifier.DescribeInvalid(Table, "samples"));
        else if (Table == TableNames.Progress) yield return ("table", $"\"{Table}\" is used for something else; for instance \"samples\"");
        if (!Identifier.IsValid(PayloadTable)) yield return ("payload_table", Identifier.DescribeInvalid(PayloadTable, "records"));
        else if (PayloadTable == TableNames.Progress || PayloadTable == Table)
            yield return ("payload_table", $"\"{PayloadTable}\" is used for something else; for instance \"records\"");
        if (Columns is null) yield break;
        foreach (var problem in FieldColumn.Check(Columns)) yield return ("columns", problem);
    }
}

/// <summary>The treatment of a text with the character NUL (U+0000), which PostgreSQL cannot store.</summary>
public enum NulCharacterPolicy
{
    /// <summary>The sink stores the text without it.</summary>
    Remove,

    /// <summary>The sink rejects the record and never changes a text.</summary>
    Reject,

    /// <summary>The sink stores ␀ (U+2400) in its place, for PLCs that pad their texts with NUL.</summary>
    Symbol,
}

/// <summary>The treatment of a row that violates a unique key, primary key or exclusion constraint of its table.</summary>
public enum ConflictPolicy
{
    /// <summary>The sink rejects the record.</summary>
    Reject,

    /// <summary>The row that is there stays, and the new one counts as stored.</summary>
    Skip,
}
