using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Session;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Rows;

/// <summary>
/// The statements that read a table in the order of time. A page has the rows after a time, and with the last of them all others of the
/// same time (FETCH FIRST … WITH TIES, PostgreSQL 13), so that the next page begins behind it and no row is missed. Created for each
/// connection, whose commands run one at a time.
/// </summary>
internal sealed class RowQuery
{
    /// <summary>The first version with WITH TIES.</summary>
    public static readonly Version MinVersion = new(13, 0);

    // A longer row is not transferred.
    private const int MaxRowBytes = 1 << 20;

    private readonly NpgsqlConnection _connection;
    private readonly PostgresTableOptions _options;
    private readonly TimeZoneInfo _zone;
    private readonly bool _hasZone;
    private readonly string _from;

    private RowQuery(NpgsqlConnection connection, PostgresTableOptions options, TimeZoneInfo zone, bool hasZone)
    {
        (_connection, _options, _zone, _hasZone) = (connection, options, zone, hasZone);
        _from = $"{Identifier.Quote(options.SchemaName)}.{Identifier.Quote(options.TableName)} t";
    }

    /// <summary>Name of the table, for messages.</summary>
    public string Table => _options.Table;

    /// <summary>Checks the table and its columns.</summary>
    /// <exception cref="ServerRefusedException">The server is too old, or the table or a column is not as site.toml says.</exception>
    public static async Task<RowQuery> CreateAsync(
        NpgsqlConnection connection, PostgresTableOptions options, TimeZoneInfo zone, CancellationToken cancel)
    {
        if (connection.PostgreSqlVersion < MinVersion)
            throw new ServerRefusedException(
                $"catch_up and query need PostgreSQL {MinVersion} or later, the server is {connection.ServerVersion}");
        var columns = await Catalog.ColumnsAsync(connection, options.SchemaName, options.TableName, cancel).ConfigureAwait(false);
        if (columns.Count == 0)
            throw new ServerRefusedException($"there is no table or view {options.Table}: create it, or correct the name");
        foreach (var name in new[] { options.Time, options.Channel, options.Value, options.Key }.OfType<string>())
        {
            if (columns.All(c => c.Name != name))
                throw new ServerRefusedException($"table {options.Table} has no column \"{name}\": it has "
                    + $"{string.Join(", ", columns.Select(c => c.Name))}{Nearest.DidYouMean(name, columns.Select(c => c.Name))}");
        }

        var type = columns.First(c => c.Name == options.Time).Type;
        return type is "timestamptz" or "timestamp"
            ? new RowQuery(connection, options, zone, type == "timestamptz")
            : throw new ServerRefusedException($"column \"{options.Time}\" of {options.Table} is {type}, not timestamptz or timestamp: "
                + "give a view that converts it, for instance to_timestamp(seconds)");
    }

    /// <summary>Returns the time of the last row in UTC; null if the table is empty.</summary>
    public async Task<DateTime?> LastTimeAsync(CancellationToken cancel)
    {
        var time = Column(_options.Time);
        await using var command = new NpgsqlCommand($"SELECT max({time}) FROM {_from} WHERE isfinite({time})", _connection);
        return await command.ExecuteScalarAsync(cancel).ConfigureAwait(false) is DateTime last ? ToUtc(last) : null;
    }

    /// <summary>Begins to read a page.</summary>
    /// <param name="from">The time in UTC at which it begins; null for the first row.</param>
    /// <param name="isAfter">True to begin behind that time.</param>
    /// <param name="cancel">Cancels the attempt.</param>
    public async Task<RowPage> ReadAsync(DateTime? from, bool isAfter, CancellationToken cancel)
    {
        var command = new NpgsqlCommand(CreateSql(from is not null, isAfter), _connection)
        {
            CommandTimeout = (int)Math.Ceiling(_options.Timeout.TotalSeconds),
        };
        try
        {
            if (from is { } utc)
                command.Parameters.Add(new NpgsqlParameter
                {
                    Value = FromUtc(utc), NpgsqlDbType = _hasZone ? NpgsqlDbType.TimestampTz : NpgsqlDbType.Timestamp,
                });
            return new RowPage(this, command, await command.ExecuteReaderAsync(cancel).ConfigureAwait(false), _options.Page);
        }
        catch
        {
            await command.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Returns the UTC time of a column's value.</summary>
    public DateTime ToUtc(DateTime time)
    {
        if (_hasZone) return time;
        var ticks = time.Ticks - _zone.GetUtcOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified)).Ticks;
        return new DateTime(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
    }

    private DateTime FromUtc(DateTime utc) =>
        _hasZone ? utc : DateTime.SpecifyKind(TimeZoneInfo.ConvertTimeFromUtc(utc, _zone), DateTimeKind.Unspecified);

    private string CreateSql(bool hasStart, bool isAfter)
    {
        var time = Column(_options.Time);
        var start = hasStart ? $" AND {time} {(isAfter ? ">" : ">=")} $1" : "";
        var payload = _options.Value is { } value ? $"coalesce(to_json({Column(value)})::text, 'null')" : "row_to_json(t)::text";
        return string.Create(CultureInfo.InvariantCulture,
            $"""
            SELECT at, channel, key, CASE WHEN octet_length(payload) <= {MaxRowBytes} THEN payload END
            FROM (
              SELECT {time} AS at, {TextOf(_options.Channel)} AS channel, {TextOf(_options.Key)} AS key, {payload} AS payload
              FROM {_from} WHERE isfinite({time}){start} ORDER BY {time} FETCH FIRST {_options.Page} ROWS WITH TIES) page
            ORDER BY at
            """);
    }

    private static string Column(string name) => $"t.{Identifier.Quote(name)}";

    private static string TextOf(string? column) => column is null ? "NULL::text" : $"{Column(column)}::text";
}

/// <summary>One page that is being read; the connection can do nothing else until it is disposed.</summary>
internal sealed class RowPage(RowQuery query, NpgsqlCommand command, NpgsqlDataReader reader, int size) : IAsyncDisposable
{
    private int _rows;

    /// <summary>True if the page is full, so that more rows may follow.</summary>
    public bool IsFull => _rows >= size;

    /// <summary>Time of the current row in UTC.</summary>
    public DateTime Time => query.ToUtc(reader.GetDateTime(0));

    /// <summary>Channel of the current row; null if it has none.</summary>
    public string? Channel => reader.IsDBNull(1) ? null : reader.GetString(1);

    /// <summary>Key of the current row; null if it has none.</summary>
    public string? Key => reader.IsDBNull(2) ? null : reader.GetString(2);

    /// <summary>The current row as JSON; null if it is longer than the driver reads.</summary>
    public string? Payload => reader.IsDBNull(3) ? null : reader.GetString(3);

    /// <summary>Moves to the next row; returns false at the end of the page.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        if (!await reader.ReadAsync(cancel).ConfigureAwait(false)) return false;
        _rows++;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync().ConfigureAwait(false);
        await command.DisposeAsync().ConfigureAwait(false);
    }
}
