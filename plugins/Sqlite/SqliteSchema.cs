using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Creates missing tables and checks existing ones for the columns that the sink needs. Ignores further columns. <see cref="SqliteStore"/>
/// calls it once for each open file. Never changes or drops an existing table.
/// </summary>
internal static class SqliteSchema
{
    public const string Records = "records";
    public const string Events = "events";
    public const string Progress = "plant_progress";
    public const string Retention = "plant_retention";

    private static readonly string[] s_sampleColumns = ["time", "site", "device", "tag", "value", "text", "quality", "unit"];
    private static readonly string[] s_recordColumns = ["time", "site", "device", "json"];
    private static readonly string[] s_eventColumns =
        ["id", "series", "previous", "site", "device", "tag", "start_time", "end_time", "duration", "json"];

    private static readonly string[] s_progressColumns = ["sink", "queue", "batch", "record"];

    /// <summary>True for names that the plugin or SQLite reserves.</summary>
    public static bool IsReserved(string table) =>
        table.Equals(Records, StringComparison.OrdinalIgnoreCase)
        || table.Equals(Progress, StringComparison.OrdinalIgnoreCase)
        || table.Equals(Retention, StringComparison.OrdinalIgnoreCase)
        || table.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Creates missing tables and indexes, and checks existing tables.</summary>
    /// <exception cref="IOException">A table of that name has other columns; the message names the first missing one.</exception>
    public static void Ensure(Database database, string path, string samples)
    {
        // "value" has no type: REAL would lose digits of 64-bit counters, and NUMERIC would turn 1.0 into 1, so that 1.0/2 would be 0.
        database.Execute($"""
            CREATE TABLE IF NOT EXISTS "{samples}" (
              time TEXT NOT NULL, site TEXT NOT NULL, device TEXT NOT NULL, tag TEXT NOT NULL,
              value, text TEXT, quality TEXT NOT NULL, unit TEXT NOT NULL)
            """);
        Check(database, path, samples, s_sampleColumns);
        database.Execute($"""CREATE INDEX IF NOT EXISTS "{samples}_by_tag" ON "{samples}" (device, tag, time)""");

        database.Execute($"""
            CREATE TABLE IF NOT EXISTS {Records} (time TEXT NOT NULL, site TEXT NOT NULL, device TEXT NOT NULL, json TEXT NOT NULL)
            """);
        Check(database, path, Records, s_recordColumns);
        database.Execute($"CREATE INDEX IF NOT EXISTS {Records}_by_device ON {Records} (device, time)");

        database.Execute($"""
            CREATE TABLE IF NOT EXISTS {Progress} (
              sink TEXT, queue BLOB, batch INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (sink, queue)) WITHOUT ROWID
            """);
        Check(database, path, Progress, s_progressColumns);
    }

    /// <summary>Checks the tables that exist, and changes nothing.</summary>
    /// <returns>The names of those that exist.</returns>
    /// <exception cref="IOException">A table of that name has other columns, or the file cannot be read.</exception>
    public static IReadOnlyList<string> CheckExisting(Database database, string path, string samples)
    {
        (string Table, string[] Columns)[] tables =
            [(samples, s_sampleColumns), (Records, s_recordColumns), (Events, s_eventColumns), (Progress, s_progressColumns)];
        var there = new List<string>();
        foreach (var (table, columns) in tables)
        {
            // Until the first event comes, a table of the name of events may be for something else.
            if (!Exists(database, table) || (table == Events && !HasEvents(database))) continue;
            Check(database, path, table, columns);
            there.Add(table);
        }

        return there;
    }

    private static bool Exists(Database database, string table)
    {
        using var columns = database.Prepare($"""SELECT count(*) FROM pragma_table_info('{table}')""");
        return columns.Step() && columns.Long(0) > 0;
    }

    /// <summary>
    /// Creates the table of <see cref="EventTable"/>. Called when the first event comes, so that files without events may have a table of
    /// that name for something else.
    /// </summary>
    /// <exception cref="IOException">A table of that name has other columns; the message names the first missing one.</exception>
    public static void EnsureEvents(Database database, string path)
    {
        database.Execute($"""
            CREATE TABLE IF NOT EXISTS {Events} (
              id TEXT NOT NULL PRIMARY KEY, series TEXT NOT NULL, previous TEXT, site TEXT NOT NULL, device TEXT NOT NULL, tag TEXT NOT NULL,
              start_time TEXT NOT NULL, end_time TEXT, duration REAL, json TEXT NOT NULL)
            """);
        Check(database, path, Events, s_eventColumns);
        database.Execute($"CREATE INDEX IF NOT EXISTS {Events}_open ON {Events} (site, series) WHERE end_time IS NULL");

        // Without an index of its own, a page of the few open events would read all events of the site.
        database.Execute($"CREATE INDEX IF NOT EXISTS {Events}_open_by_start ON {Events} (site, start_time, id) WHERE end_time IS NULL");
        database.Execute($"CREATE INDEX IF NOT EXISTS {Events}_by_start ON {Events} (site, start_time, id)");
        database.Execute($"CREATE INDEX IF NOT EXISTS {Events}_by_end ON {Events} (end_time)");
    }

    /// <summary>True if the file has the table of <see cref="EventTable"/>, and not another one of that name.</summary>
    public static bool HasEvents(Database database)
    {
        using var columns = database.Prepare(
            $"SELECT count(*) FROM pragma_table_info('{Events}') WHERE name IN ('{string.Join("', '", s_eventColumns)}')");
        return columns.Step() && columns.Long(0) == s_eventColumns.Length;
    }

    /// <summary>True if the file has the table of samples, with the columns of this version.</summary>
    public static bool HasSamples(Database database, string samples)
    {
        using var columns = database.Prepare(
            $"SELECT count(*) FROM pragma_table_info('{samples}') WHERE name IN ('{string.Join("', '", s_sampleColumns)}')");
        return columns.Step() && columns.Long(0) == s_sampleColumns.Length;
    }

    /// <summary>Creates the table of <see cref="RetentionMarks"/>.</summary>
    public static void EnsureRetention(Database database) => database.Execute($"""
        CREATE TABLE IF NOT EXISTS {Retention} (
          name TEXT, row INTEGER, age_ms INTEGER NOT NULL, time TEXT, is_right INTEGER NOT NULL, PRIMARY KEY (name, row)) WITHOUT ROWID
        """);

    private static void Check(Database database, string path, string table, string[] needed)
    {
        var columns = new List<string>();
        string? unfilled = null;
        using (var info = database.Prepare($"""PRAGMA table_info("{table}")"""))
        {
            while (info.Step())
            {
                columns.Add(info.Text(1));
                var mustBeGiven = info.Long(3) == 1 && info.Text(4).Length == 0;
                if (mustBeGiven && !needed.Contains(columns[^1], StringComparer.OrdinalIgnoreCase)) unfilled = columns[^1];
            }
        }

        if (unfilled is not null)
        {
            throw new IOException(
                $"table \"{table}\" of {path} has a column \"{unfilled}\" that the sink does not fill: give it a default or allow NULL");
        }

        if (needed.FirstOrDefault(n => !columns.Contains(n, StringComparer.OrdinalIgnoreCase)) is not { } missing) return;
        throw new IOException(
            $"table \"{table}\" of {path} has no column \"{missing}\": it has {string.Join(", ", columns)}; "
            + $"expected {string.Join(", ", needed)}. Give another table or file, or rename that table");
    }
}
