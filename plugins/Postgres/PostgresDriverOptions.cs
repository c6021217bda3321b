using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>Options of a PostgreSQL device in site.toml: a database whose notifications or rows are read. Immutable.</summary>
public sealed class PostgresDriverOptions : PostgresOptions
{
    /// <summary>
    /// Path of the time in a payload, written as in a tag's address. Without it, or without a valid time, the scan's time is used.
    /// </summary>
    /// <example>time = "ts"</example>
    public string? Time { get; init; }

    /// <summary>Silence after which <c>SELECT 1</c> tests the connection.</summary>
    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time in which the server has to answer <c>SELECT 1</c>.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The table that holds what is notified, and is read from the last seen time after each connect.</summary>
    public PostgresTableOptions? CatchUp { get; init; }

    /// <summary>The table or view whose new rows are read at each <c>poll</c>, in place of notifications.</summary>
    public PostgresTableOptions? Query { get; init; }

    /// <summary>The table of either option.</summary>
    internal PostgresTableOptions? Rows => Query ?? CatchUp;

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var problem in base.Validate()) yield return problem;
        if (Time is not null && JsonPath.Parse(Time, out var time) is null) yield return ("time", $"column {time!.Column}: {time.Message}");
        if (Probe < TimeSpan.FromMilliseconds(50) || Probe > TimeSpan.FromHours(1))
            yield return ("probe", "expected \"50ms\" to \"1h\", for instance \"10s\"");
        if (ProbeTimeout < TimeSpan.FromMilliseconds(50) || ProbeTimeout > TimeSpan.FromMinutes(1))
            yield return ("probe_timeout", "expected \"50ms\" to \"1min\", for instance \"5s\"");
        if (CatchUp is not null && Query is not null)
            yield return ("query", "a device has notifications, with or without catch_up, or a query: use two devices");
        if (CatchUp is not null && Time is null)
            yield return ("catch_up", "needs the time of a notification: give the option time, for instance time = \"tiempo_sensor\"");
        if (Query is not null && Time is not null) yield return ("time", "a query has the time of a row in query.time: remove this one");
        if (Query?.Value is not null)
            yield return ("query", "value is for catch_up only: the addresses of the tags name the columns of a query");
    }
}

/// <summary>A table or view whose rows are read in the order of their time. Immutable.</summary>
public sealed class PostgresTableOptions : IValidatedOptions
{
    /// <summary>Table or view, with its schema if that is not public.</summary>
    /// <example>table = "public.readings"</example>
    public required string Table { get; init; }

    /// <summary>Column with the time of a row, of type timestamptz or timestamp.</summary>
    /// <example>time = "ts"</example>
    public required string Time { get; init; }

    /// <summary>Column with the channel of a row; without it all tags have one channel.</summary>
    /// <example>channel = "sensor"</example>
    public string? Channel { get; init; }

    /// <summary>
    /// Column with the value of the tag of a row's channel. Without it the row is read as a JSON object of its columns, like a payload.
    /// </summary>
    /// <example>value = "valor"</example>
    public string? Value { get; init; }

    /// <summary>
    /// Column that identifies a row, and member of the payload with the same name and value. Without it, rows and notifications with the
    /// same channel, time and values are the same.
    /// </summary>
    /// <example>key = "id"</example>
    public string? Key { get; init; }

    /// <summary>How far before the last seen time rows are read again, for rows that were committed late.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Rows of this last stretch of work are read again after the host was killed, because recipes save their state every 10 s.
    /// </summary>
    public TimeSpan Replay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Number of rows that one statement reads.</summary>
    [Bounds(1, 100_000)]
    public int Page { get; init; } = 1000;

    /// <summary>Time that the server may take for one page.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The rows that are read when the device starts for the first time.</summary>
    public FirstRows First { get; init; } = FirstRows.New;

    internal string SchemaName => Table.Split('.') is [var schema, _] ? schema : "public";

    internal string TableName => Table.Split('.')[^1];

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Table.Split('.') is not { Length: 1 or 2 } parts || !Array.TrueForAll(parts, Identifier.IsValid))
            yield return ("table", $"\"{Table}\" is no table: expected a name such as \"readings\" or \"plant.readings\"");
        foreach (var (key, name) in new[] { ("time", Time), ("channel", Channel), ("value", Value), ("key", Key) })
        {
            if (name is not null && !Identifier.IsValid(name)) yield return (key, Identifier.DescribeInvalid(name, key));
        }

        if (Overlap < TimeSpan.Zero || Overlap > TimeSpan.FromDays(1))
            yield return ("overlap", "expected \"0s\" to \"24h\", for instance \"10s\"");
        if (Replay < TimeSpan.Zero || Replay > TimeSpan.FromHours(1))
            yield return ("replay", "expected \"0s\" to \"1h\", for instance \"15s\"");
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromHours(1))
            yield return ("timeout", "expected \"1s\" to \"1h\", for instance \"30s\"");
    }
}

/// <summary>The rows that a device reads when it has no position yet.</summary>
public enum FirstRows
{
    /// <summary>Only rows that come after the start.</summary>
    New,

    /// <summary>The whole table.</summary>
    All,
}
