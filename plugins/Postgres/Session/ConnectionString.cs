using Npgsql;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Creates Npgsql's connection string from the options. TLS files are not in it, see <see cref="ConnectionFactory"/>. Pure.
/// </summary>
internal static class ConnectionString
{
    /// <summary>
    /// Seconds that a command may take. The host gives a call 10 s; this bounds what cannot be cancelled: the end of a COPY and a rollback.
    /// </summary>
    public const int MostSeconds = 8;

    public static string Create(PostgresOptions options, PluginContext context) => new NpgsqlConnectionStringBuilder
    {
        Host = options.Host,
        Port = options.Port,
        Database = options.Database,
        Username = options.User,
        Password = options.Password?.Reveal(),
        // Require, not VerifyFull: TlsClientSettings checks the same and names the failed check.
        SslMode = options.Tls is null ? SslMode.Disable : SslMode.Require,
        ApplicationName = $"plant {context.Site}/{context.Name}",
        Pooling = false,
        Enlist = false,
        Timeout = MostSeconds,
        CommandTimeout = MostSeconds,
        // A cancelled call closes the connection at once: a cancel request needs a second connection over the same dead network.
        CancellationTimeout = -1,
        IncludeErrorDetail = true,
        // BatchTransaction asks which of its statements failed.
        IncludeFailedBatchedCommand = true,
    }.ConnectionString;
}
