using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Rows;
using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Plugins.Postgres.Listen;

/// <summary>
/// Tries the way to a database for <c>plant doctor</c>, over a connection of its own: server, pooler, channels, a test notification, the
/// server's queue of notifications, and the table with its rights. Called while the driver is not connected; changes nothing.
/// </summary>
internal sealed class DatabaseDiagnosis(
    PostgresDriverOptions options, ConnectionFactory connections, IReadOnlyCollection<string> channels, PluginContext context)
{
    /// <summary>Part of the queue from which on it needs attention: the server refuses NOTIFY when it is full.</summary>
    public const double HighUsage = 0.25;

    private const string IndexSql =
        """
        SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE n.nspname = $1::text AND c.relname = $2::text AND a.attname = $3::text
        """;

    private const string KindSql =
        """
        SELECT c.relkind IN ('r', 'p', 'm'), has_table_privilege(c.oid, 'SELECT')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1::text AND c.relname = $2::text
        """;

    private readonly CheckRunner _checks = new(options);

    /// <summary>Returns the steps, up to the first without which no other can succeed.</summary>
    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var (session, problem) = await OpenAsync(cancel).ConfigureAwait(false);
        if (session is null)
        {
            yield return new DiagnosisStep("server", false, problem!, "check host, port, database, user and password, and pg_hba.conf");
            yield break;
        }

        await using (session)
        {
            yield return new DiagnosisStep("server", true, $"PostgreSQL {session.Version} as user {options.User}");
            var steps = options.Query is null ? ListeningSteps(session, cancel) : [];
            foreach (var step in steps) yield return await _checks.RunAsync(step.Name, step.Run, cancel).ConfigureAwait(false);
            if (options.Rows is { } rows)
            {
                yield return await _checks.RunAsync("table", () => CheckTableAsync(session.Connection, rows, cancel), cancel)
                    .ConfigureAwait(false);
            }
        }
    }

    /// <summary>Describes how full the server's queue of notifications is.</summary>
    public static string DescribeUsage(double usage) => string.Create(CultureInfo.InvariantCulture,
        $"the server's queue of notifications is {usage * 100:0.#} % full");

    private IEnumerable<(string Name, Func<Task<DiagnosisStep>> Run)> ListeningSteps(ListenSession session, CancellationToken cancel)
    {
        yield return ("channels", () => CheckChannelsAsync(session, cancel));
        yield return ("notification", () => CheckNotificationAsync(session, cancel));
        yield return ("queue", () => CheckQueueAsync(session.Connection, cancel));
    }

    private async Task<(ListenSession? Session, string? Problem)> OpenAsync(CancellationToken cancel)
    {
        try
        {
            return (await ListenSession.OpenAsync(connections, options, context.Time, null, cancel).ConfigureAwait(false), null);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            return (null, _checks.Describe(e));
        }
    }

    private async Task<DiagnosisStep> CheckChannelsAsync(ListenSession session, CancellationToken cancel)
    {
        await session.ListenAsync(channels, cancel).ConfigureAwait(false);
        var listening = await session.ListeningChannelsAsync(cancel).ConfigureAwait(false);
        var missing = channels.Except(listening).ToList();
        return missing.Count == 0
            ? new DiagnosisStep("channels", true, $"the server lists {listening.Count}: {string.Join(", ", listening.Order())}")
            : new DiagnosisStep(
                "channels", false, $"the server does not list {string.Join(", ", missing)}", NotificationTest.TransactionMode);
    }

    private async Task<DiagnosisStep> CheckNotificationAsync(ListenSession session, CancellationToken cancel)
    {
        var way = session.IsPooled ? "through a pooler" : "directly from the server";
        return await NotificationTest.RunAsync(session, connections, context.Time, cancel).ConfigureAwait(false) is { } took
            ? new DiagnosisStep("notification", true, string.Create(CultureInfo.InvariantCulture,
                $"a test notification came {way} in {took.TotalMilliseconds:0.#} ms"))
            : session.IsPooled ? new DiagnosisStep("notification", false, "a test notification did not come through the pooler",
                NotificationTest.TransactionMode)
            : new DiagnosisStep("notification", false, "a test notification did not come within 2 s",
                "end long transactions that notify, and see the server's log");
    }

    private static async Task<DiagnosisStep> CheckQueueAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT pg_notification_queue_usage()", connection);
        var usage = (double)(await command.ExecuteScalarAsync(cancel).ConfigureAwait(false))!;
        return usage < HighUsage
            ? new DiagnosisStep("queue", true, DescribeUsage(usage))
            : new DiagnosisStep("queue", false, DescribeUsage(usage),
                "end the session that listens and is in a long transaction: "
                + "SELECT pid, state, xact_start, query FROM pg_stat_activity ORDER BY xact_start");
    }

    private async Task<DiagnosisStep> CheckTableAsync(NpgsqlConnection connection, PostgresTableOptions rows, CancellationToken cancel)
    {
        await RowQuery.CreateAsync(connection, rows, context.TimeZone, cancel).ConfigureAwait(false);
        var isTable = false;
        var mayRead = false;
        await using (var kind = Command(connection, KindSql, rows.SchemaName, rows.TableName))
        await using (var reader = await kind.ExecuteReaderAsync(cancel).ConfigureAwait(false))
        {
            if (await reader.ReadAsync(cancel).ConfigureAwait(false)) (isTable, mayRead) = (reader.GetBoolean(0), reader.GetBoolean(1));
        }

        if (!mayRead)
            return new DiagnosisStep("table", false, $"user {options.User} may not read {rows.Table}",
                $"GRANT SELECT ON {rows.Table} TO {options.User}");
        await using var index = Command(connection, IndexSql, rows.SchemaName, rows.TableName, rows.Time);
        var hasIndex = await index.ExecuteScalarAsync(cancel).ConfigureAwait(false) is > 0L;
        return hasIndex || !isTable
            ? new DiagnosisStep("table", true, $"{rows.Table} has the columns, and user {options.User} may read it")
            : new DiagnosisStep("table", true, $"{rows.Table} has the columns, and no index that begins with {rows.Time}",
                $"CREATE INDEX ON {rows.Table} ({rows.Time}): without it the server sorts the whole table at each read");
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params string[] arguments)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments) command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return command;
    }
}
