using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>Options of a PostgreSQL sink in site.toml.</summary>
public sealed class PostgresOptions : IValidatedOptions
{
    /// <summary>Name or address of the server, or the folder of its Unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port; also names the socket in a folder.</summary>
    [Bounds(1, 65535)]
    public int Port { get; init; } = 5432;

    /// <summary>Database on the server.</summary>
    public required string Database { get; init; }

    /// <summary>Role to log in as.</summary>
    public required string User { get; init; }

    /// <summary>Its password, where the server asks for one.</summary>
    public Secret? Password { get; init; }

    /// <summary>Encryption; without it the connection is plain. An empty table trusts the system's authorities.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Schema of all tables; it must be there.</summary>
    public string Schema { get; init; } = "public";

    /// <summary>The table for samples.</summary>
    public string Table { get; init; } = "samples";

    /// <summary>The table for payloads of recipes.</summary>
    public string PayloadTable { get; init; } = "records";

    /// <summary>
    /// Fields of a payload and the type of their columns, "values.speed" being a field inside a field and its column values_speed. Without
    /// it, a payload is stored whole, as jsonb.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Columns { get; init; }

    /// <summary>What to do with a text that has the character NUL, which PostgreSQL cannot store.</summary>
    public NulText Nul { get; init; } = NulText.Reject;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the server");
        else if (Host.Contains(',')) yield return ("host", $"\"{Host}\" names several servers; give one, or a name that leads to the primary");
        if (string.IsNullOrWhiteSpace(Database)) yield return ("database", "is empty: give the name of the database");
        if (string.IsNullOrWhiteSpace(User)) yield return ("user", "is empty: give the role to log in as");
        if (Tls is { Key: not null, Certificate: null }) yield return ("tls", "has a key without its certificate");
        if (!Identifier.IsGood(Schema)) yield return ("schema", Identifier.Wrong(Schema, "public"));
        if (!Identifier.IsGood(Table)) yield return ("table", Identifier.Wrong(Table, "samples"));
        else if (Table == TableNames.Progress) yield return ("table", $"\"{Table}\" is used for something else; for instance \"samples\"");
        if (!Identifier.IsGood(PayloadTable)) yield return ("payload_table", Identifier.Wrong(PayloadTable, "records"));
        else if (PayloadTable == TableNames.Progress || PayloadTable == Table)
            yield return ("payload_table", $"\"{PayloadTable}\" is used for something else; for instance \"records\"");
        if (Columns is null) yield break;
        foreach (var problem in FieldColumn.Check(Columns)) yield return ("columns", problem);
    }
}
