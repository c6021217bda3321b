namespace PlantRuntime.Contracts;

/// <summary>A sink that keeps a row for each event and can list them, for the web page and the HTTP API.</summary>
public interface IEventStore : ISink
{
    /// <summary>
    /// Reads one page of the site's events: open ones first, then closed ones, each newest first by their start. Called on any thread, also
    /// concurrently and while the host connects or writes. It may block on a file, and reads at most <see cref="EventQuery.Limit"/> rows.
    /// A sink that has stored nothing yet has no events.
    /// </summary>
    /// <exception cref="ArgumentException"><see cref="EventQuery.After"/> is not from a page of this store.</exception>
    /// <exception cref="Exception">The store cannot be read now, for instance because it is locked; the message says why.</exception>
    ValueTask<EventPage> ReadEventsAsync(EventQuery query, CancellationToken cancel);
}

/// <summary>A request for one page of events. Immutable.</summary>
public sealed record EventQuery
{
    /// <summary>Largest <see cref="Limit"/>.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Closed events that started before it are left out, in UTC; null for no bound. Open ones have no lower bound.</summary>
    public DateTime? From { get; init; }

    /// <summary>Events that started then or later are left out, in UTC; null for no bound.</summary>
    public DateTime? To { get; init; }

    /// <summary>Largest number of events; the store uses at least 1 and at most <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = 100;

    /// <summary><see cref="EventPage.Next"/> of the page before; null for the first page.</summary>
    public string? After { get; init; }
}

/// <summary>
/// One page of events. An event that closes between two pages can be on both, because closed ones come after open ones. Immutable.
/// </summary>
/// <param name="Events">The events.</param>
/// <param name="Next">Text for <see cref="EventQuery.After"/>, fit for a URL; null if there are no more events.</param>
public sealed record EventPage(IReadOnlyList<StoredEvent> Events, string? Next);

/// <summary>An event as it is stored. Immutable.</summary>
/// <param name="Id"><see cref="EventRecord.Id"/> of the start.</param>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="Start">Time of the start, in UTC.</param>
/// <param name="End">Time of the end, in UTC; null while the event is open.</param>
/// <param name="Duration">
/// Duration; null while the event is open. A closed event without it lost its end: <paramref name="End"/> is the start of the next one.
/// </param>
/// <param name="Json">The payload of its end, or of its start while it is open, with fields that the recipe added.</param>
public sealed record StoredEvent(
    string Id, string Device, string Tag, DateTime Start, DateTime? End, TimeSpan? Duration, string Json);
