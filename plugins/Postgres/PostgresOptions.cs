using PlantRuntime.Contracts;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>Options of devices and sinks: the way to a database. Immutable.</summary>
public abstract class PostgresOptions : IValidatedOptions
{
    /// <summary>Name or address of the server, or the folder of its Unix socket.</summary>
    /// <example>host = "db.plant"</example>
    public required string Host { get; init; }

    /// <summary>TCP port; also names the socket in a folder.</summary>
    [Bounds(1, 65535)]
    public int Port { get; init; } = 5432;

    /// <summary>Database on the server.</summary>
    /// <example>database = "plant"</example>
    public required string Database { get; init; }

    /// <summary>Role to log in as.</summary>
    /// <example>user = "writer"</example>
    public required string User { get; init; }

    /// <summary>Password of the role, if the server asks for one.</summary>
    /// <example>password = { env = "PG_PASSWORD" }</example>
    public Secret? Password { get; init; }

    /// <summary>TLS settings; without them the connection is not encrypted. An empty table trusts the system's authorities.</summary>
    public TlsOptions? Tls { get => field is { Enabled: true } ? field : null; init; }

    internal string Endpoint => $"{Host}:{Port}/{Database}";

    /// <inheritdoc/>
    public virtual IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the server");
        else if (Host.Contains(','))
            yield return ("host", $"\"{Host}\" names several servers; give one, or a name that leads to the primary");
        if (string.IsNullOrWhiteSpace(Database)) yield return ("database", "is empty: give the name of the database");
        if (string.IsNullOrWhiteSpace(User)) yield return ("user", "is empty: give the role to log in as");
        foreach (var problem in Tls?.Check() ?? []) yield return problem;
    }
}
