using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Reads pages of the table <c>events</c> over a read-only connection of its own for each page, so that any thread can read while the sink
/// writes. A page is read within milliseconds; a commit waits that long. It has no state.
/// </summary>
internal static class EventReader
{
    private const char Open = 'o';
    private const char Closed = 'c';
    private const string Columns = "id, device, tag, start_time, end_time, duration IS NULL, duration, json";

    /// <summary>Reads one page of the events of a site. A file or table that does not exist yet has none.</summary>
    /// <exception cref="ArgumentException">The position is not one that this method returned.</exception>
    /// <exception cref="DatabaseException">The file cannot be read.</exception>
    public static EventPage Read(string path, string site, TimeSpan busy, EventQuery query)
    {
        var limit = Math.Clamp(query.Limit, 1, EventQuery.MaxLimit);
        var position = Position.Parse(query.After);
        if (!File.Exists(path)) return new EventPage([], null);
        using var database = Database.OpenReadOnly(path, busy);
        if (!SqliteSchema.HasEvents(database)) return new EventPage([], null);

        // One more than asked for shows whether there are more.
        var events = new List<StoredEvent>();
        database.Execute("BEGIN");
        if (position.Section == Open) ReadSection(database, site, query, position, limit + 1, events);
        if (events.Count <= limit)
            ReadSection(database, site, query, position.Section == Open ? new Position(Closed) : position, limit + 1, events);
        if (events.Count <= limit) return new EventPage(events, null);
        events.RemoveRange(limit, events.Count - limit);
        return new EventPage(events, Position.From(events[^1]).ToString());
    }

    private static void ReadSection(
        Database database, string site, EventQuery query, Position position, int most, List<StoredEvent> events)
    {
        var isOpen = position.Section == Open;
        using var rows = database.Prepare($"""
            SELECT {Columns} FROM {SqliteSchema.Events}
              WHERE site = ?1 AND end_time IS {(isOpen ? "" : "NOT")} NULL AND start_time >= ?2 AND start_time < ?3
                AND (start_time, id) < (?4, ?5)
              ORDER BY start_time DESC, id DESC LIMIT ?6
            """);
        var text = new Utf8Buffer();
        rows.BindText(1, text.Encode(site));
        rows.BindText(2, text.Encode(isOpen || query.From is not { } from ? "" : Text(from)));
        rows.BindText(3, text.Encode(query.To is { } to ? Text(to) : Position.Newest));
        rows.BindText(4, text.Encode(position.Start));
        rows.BindText(5, text.Encode(position.Id));
        rows.Bind(6, most - events.Count);
        while (rows.Step())
        {
            var end = rows.Text(4);
            events.Add(new StoredEvent(
                rows.Text(0), rows.Text(1), rows.Text(2), Time(rows.Text(3)), end.Length > 0 ? Time(end) : null,
                rows.Long(5) == 0 ? TimeSpan.FromSeconds(rows.Double(6)) : null, rows.Text(7)));
        }
    }

    private static string Text(DateTime time) => time.ToString(Utf8Buffer.TimeFormat, CultureInfo.InvariantCulture);

    private static DateTime Time(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);

    /// <summary>The last event of a page, as text "c2026-11-21T08:00:00.123Z~id".</summary>
    private readonly record struct Position(char Section, string Start = Position.Newest, string Id = "")
    {
        /// <summary>Sorts behind every time.</summary>
        public const string Newest = "~";

        private const char Separator = '~';

        public static Position From(StoredEvent last) => new(
            last.End is null ? Open : Closed, Text(last.Start), last.Id);

        public static Position Parse(string? text)
        {
            if (text is null) return new Position(Open);
            if (text.Split(Separator, 2) is [[Open or Closed, .. var start], var id]) return new Position(text[0], start, id);
            throw new ArgumentException($"\"{text}\" is no position in the events: take the one that the page before has", nameof(text));
        }

        public override string ToString() => $"{Section}{Start}{Separator}{Id}";
    }
}
