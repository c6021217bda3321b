using System.Globalization;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Copy;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>What Npgsql throws in the words of the contract. Codes are those of PostgreSQL 15, Documentation, appendix A.</summary>
internal static partial class Failures
{
    /// <summary>Why rows were refused: for good, with the record at fault, or not.</summary>
    public static Exception Describe(PostgresException refused, CopyPart part)
    {
        if (!IsAboutData(refused)) return refused;
        var row = CopyLine().Match(refused.Where ?? "") is { Success: true } match
            ? long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
        return new RejectedException(Words(refused), part.RecordOf(row) is { } record ? [record] : null);
    }

    /// <summary>Any other failure.</summary>
    public static Exception Describe(Exception error, string endpoint, string user) => error switch
    {
        RejectedException or NotConnectedException or PostgresSinkException or OperationCanceledException => error,
        // A constraint that is checked at the end does not say which row breaks it.
        PostgresException refused when IsAboutData(refused) => new RejectedException(Words(refused)),
        PostgresException refused => Describe(refused, endpoint, user),
        NpgsqlException { InnerException: AuthenticationException tls } =>
            new NotConnectedException($"{endpoint}: TLS failed, nothing was sent: {TlsFailureText.Of(tls)}", error),
        NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException or ObjectDisposedException =>
            new NotConnectedException($"{endpoint}: {error.InnerException?.Message ?? error.Message}", error),
        _ => error,
    };

    private static Exception Describe(PostgresException refused, string endpoint, string user) => refused.SqlState switch
    {
        // Shut down, crashed, starting up, idle for too long, too many connections, a standby: another time or server may do.
        "57P01" or "57P02" or "57P03" or "57P05" or "53300" or "25006" => new NotConnectedException($"{endpoint}: {Words(refused)}", refused),
        // A table or column went, or its type changed: connecting makes it again, or says what is wrong with it.
        "42P01" or "42703" or "22P03" or "22P04" => new NotConnectedException($"{endpoint}: {Words(refused)}", refused),
        "28P01" or "28000" => new PostgresSinkException($"{endpoint}: user \"{user}\" may not log in: {refused.MessageText}", refused),
        "3D000" => new PostgresSinkException($"{endpoint}: {refused.MessageText}: create it, or give another database", refused),
        "3F000" => new PostgresSinkException($"{endpoint}: {refused.MessageText}: create it, or give another schema", refused),
        "42501" => new PostgresSinkException($"{endpoint}: {refused.MessageText}: grant that to user \"{user}\"", refused),
        "55P03" => new PostgresSinkException($"{endpoint}: somebody else has held a lock for 5 s: {Words(refused)}", refused),
        ['0', '8', ..] => new NotConnectedException($"{endpoint}: {Words(refused)}", refused),
        _ => new PostgresSinkException($"{endpoint}: {Words(refused)}", refused),
    };

    /// <summary>Data exceptions and broken constraints, except those that tell of a changed table.</summary>
    private static bool IsAboutData(PostgresException refused) => refused.SqlState is ['2', '2' or '3', ..] and not ("22P03" or "22P04");

    private static string Words(PostgresException refused)
    {
        var detail = refused.Detail is { } more ? $". {more}" : "";
        var where = refused.Where is { } place ? $" ({place.Split('\n')[0]})" : "";
        return $"{refused.MessageText}{detail}{where} [{refused.SqlState}]";
    }

    // "COPY samples, line 12, column value", in the language of the server; functions of triggers may stand before it.
    [GeneratedRegex(@"^COPY [^,]*, \D*(\d+)", RegexOptions.Multiline)]
    private static partial Regex CopyLine();
}
