using Npgsql;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>What Npgsql is told about the connection.</summary>
internal static class ConnectionText
{
    // The host gives a call 10 s. This bounds what cannot be cancelled: the end of a COPY, and a rollback.
    private const int MostSeconds = 8;

    public static string Of(PostgresOptions options, PluginContext context) => new NpgsqlConnectionStringBuilder
    {
        Host = options.Host,
        Port = options.Port,
        Database = options.Database,
        Username = options.User,
        Password = options.Password?.Reveal(),
        // Require and not VerifyFull: ServerCheck does what VerifyFull does, and says what is wrong.
        SslMode = options.Tls is null ? SslMode.Disable : SslMode.Require,
        SslCertificate = PathOf(options.Tls?.Certificate, "certificate", context),
        SslKey = PathOf(options.Tls?.Key, "key", context),
        ApplicationName = $"plant {context.Site}/{context.Name}",
        Pooling = false,
        Enlist = false,
        Timeout = MostSeconds,
        CommandTimeout = MostSeconds,
        // A cancelled call ends the connection at once: a request to cancel would need a second one, over the same dead network.
        CancellationTimeout = -1,
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>A file of the tls options as an absolute path.</summary>
    /// <exception cref="PostgresSinkException">It is not there.</exception>
    public static string? PathOf(string? path, string key, PluginContext context)
    {
        if (path is null) return null;
        var full = context.PathOf(path);
        return File.Exists(full) ? full : throw new PostgresSinkException($"tls.{key}: there is no file {full}");
    }
}
