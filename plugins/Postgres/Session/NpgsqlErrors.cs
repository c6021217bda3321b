using System.Globalization;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Copy;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Translates exceptions of Npgsql to those of the plugin contract. Codes: PostgreSQL 15, Documentation, appendix A. Pure.
/// </summary>
internal static partial class NpgsqlErrors
{
    /// <summary>Translates the refusal of copied rows: for good, with the record at fault, or to be retried.</summary>
    public static Exception Describe(PostgresException refused, TableRows part)
    {
        if (!IsAboutData(refused)) return refused;
        var row = CopyLine().Match(refused.Where ?? "") is { Success: true } match
            ? long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
        return new RejectedException(Format(refused), part.RecordOf(row) is { } record ? [record] : null);
    }

    /// <summary>Translates any other failure.</summary>
    public static Exception Describe(Exception error, string endpoint, string user) => error switch
    {
        RejectedException or NotConnectedException or ServerRefusedException or OperationCanceledException => error,
        LinkException => new ServerRefusedException($"{endpoint}: {error.Message}", error),
        // A deferred constraint does not name the row that violates it.
        PostgresException refused when IsAboutData(refused) => new RejectedException(Format(refused)),
        PostgresException refused => Describe(refused, endpoint, user),
        NpgsqlException { InnerException: AuthenticationException tls } =>
            new NotConnectedException($"{endpoint}: TLS failed, nothing was sent: {TlsFailureText.Describe(tls)}", error),
        NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException or ObjectDisposedException =>
            new NotConnectedException($"{endpoint}: {error.InnerException?.Message ?? error.Message}", error),
        _ => error,
    };

    private static Exception Describe(PostgresException refused, string endpoint, string user) => refused.SqlState switch
    {
        // Shut down, crashed, starting up, idle for too long, too many connections, or a standby: later, or on another server, it may work.
        "57P01" or "57P02" or "57P03" or "57P05" or "53300" or "25006" =>
            new NotConnectedException($"{endpoint}: {Format(refused)}", refused),
        // A table or column was removed, or its type changed: connecting creates it again or reports what is wrong.
        "42P01" or "42703" or "22P03" or "22P04" => new NotConnectedException($"{endpoint}: {Format(refused)}", refused),
        "28P01" or "28000" => new ServerRefusedException($"{endpoint}: user \"{user}\" may not log in: {refused.MessageText}", refused),
        "3D000" => new ServerRefusedException($"{endpoint}: {refused.MessageText}: create it, or give another database", refused),
        "3F000" => new ServerRefusedException($"{endpoint}: {refused.MessageText}: create it, or give another schema", refused),
        "42501" => new ServerRefusedException($"{endpoint}: {refused.MessageText}: grant that to user \"{user}\"", refused),
        "55P03" => new ServerRefusedException($"{endpoint}: another session has held a lock for 5 s: {Format(refused)}", refused),
        ['0', '8', ..] => new NotConnectedException($"{endpoint}: {Format(refused)}", refused),
        _ => new ServerRefusedException($"{endpoint}: {Format(refused)}", refused),
    };

    /// <summary>True for data exceptions and violated constraints, except those that mean a changed table.</summary>
    private static bool IsAboutData(PostgresException refused) => refused.SqlState is ['2', '2' or '3', ..] and not ("22P03" or "22P04");

    private static string Format(PostgresException refused)
    {
        var detail = refused.Detail is { } more ? $". {more}" : "";
        var where = refused.Where is { } place ? $" ({place.Split('\n')[0]})" : "";
        var advice = refused.SqlState == "23505" ? "; on_conflict = \"skip\" skips rows that are there already" : "";
        return $"{refused.MessageText}{detail}{where} [{refused.SqlState}]{advice}";
    }

    // "COPY samples, line 12, column value", in the language of the server; lines about trigger functions may precede it.
    [GeneratedRegex(@"^COPY [^,]*, \D*(\d+)", RegexOptions.Multiline)]
    private static partial Regex CopyLine();
}

/// <summary>
/// Thrown if the server is reachable but refuses what the sink or driver needs, such as a right or a table. The host retries; a person has
/// to act.
/// </summary>
internal sealed class ServerRefusedException(string message, Exception? inner = null) : Exception(message, inner);
