using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Postgres.Listen;
using PlantRuntime.Plugins.Postgres.Rows;
using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>
/// Reads tags from the notifications of a database, and from a table that holds what was notified while there was no connection; or from
/// the new rows of a table alone. The host makes one call at a time; only <see cref="AcknowledgeAsync"/> and <see cref="DescribeAsync"/>
/// may run while a read waits, on other threads, and do not use the connection. The driver owns the connection, the waiting notifications
/// and the position, of which the last two outlive the connection. It has no background task and never reconnects by itself.
/// </summary>
internal sealed class PostgresDriver : ISubscriber, IDescribed, IDiagnosable
{
    private readonly PostgresDriverOptions _options;
    private readonly PluginContext _context;
    private readonly ConnectionFactory _connections;
    private readonly IReadOnlyList<JsonPathStep>? _timePath;
    private readonly WireRecorder _recorder;
    private readonly SortedSet<string> _channels = new(StringComparer.Ordinal);
    private ListenSession? _session;
    private bool _hasGapTag;

    public PostgresDriver(PostgresDriverOptions options, PluginContext context)
    {
        (_options, _context) = (options, context);
        _recorder = context.Trace.CreateRecorder(static _ => "");
        _connections = new ConnectionFactory(options, context);
        _timePath = options.Time is null ? null : JsonPath.Parse(options.Time, out _);
        var file = new PositionFile(context, $"{options.Endpoint} {options.Rows?.Table ?? "LISTEN"} {options.Rows?.Time}".TrimEnd());
        if (options.Rows is { } rows) Position = new RowPosition(rows, file, context.Time, context.Log);
        else Reception = new Reception(file, context.Time);
        Notifications = new NotificationBuffer(isBounded: options.CatchUp is not null);
    }

    public string Endpoint => _options.Endpoint;

    /// <summary>The notifications that wait for the reader.</summary>
    public NotificationBuffer Notifications { get; }

    /// <summary>Up to which row everything is stored; null without a table.</summary>
    public RowPosition? Position { get; }

    /// <summary>Until when notifications were received; null with a table.</summary>
    public Reception? Reception { get; }

    /// <summary>The rows of the open connection; null without a table.</summary>
    public RowSource? Rows { get; private set; }

    /// <summary>The gap that no scan has reported yet.</summary>
    public Gap? UnreportedGap { get; set; }

    /// <summary>The channels of all prepared tags; the list only grows. Empty for a query.</summary>
    public IReadOnlyCollection<string> Channels => _channels;

    /// <summary>The open connection.</summary>
    /// <exception cref="NotConnectedException">No connection is open.</exception>
    public ListenSession Session => _session ?? throw new NotConnectedException("not connected");

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var addresses = TagAddresses.Parse(tags, tag => (PostgresAddress.Parse(tag, _options, out var problem)!, problem));
        if (_options.Rows is { } rows) RequireTagOfEachRow(rows, tags, addresses);
        if (_options.Query is null) _channels.UnionWith(addresses.Where(a => a.Kind != AddressKind.Gap).Select(a => a.Channel));
        _hasGapTag |= addresses.Exists(a => a.Kind == AddressKind.Gap);
        return new PostgresReader(this, addresses, _timePath, _options, _context);
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        var opening = ListenSession.OpenAsync(_connections, _options, _context.Time, Receive, cancel);
        try
        {
            _session = await opening.WaitAsync(cancel).ConfigureAwait(false);
            await PrepareConnectionAsync(_session, cancel).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (_session is null) _ = DiscardAsync(opening);
            await CloseAsync().ConfigureAwait(false);
            throw Translate(error, cancel);
        }
    }

    public ValueTask AcknowledgeAsync(long scans, CancellationToken cancel)
    {
        Position?.Acknowledge(scans);
        Reception?.Acknowledge(scans);
        return default;
    }

    public ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel)
    {
        if (_session is not { } session) return new([]);
        var way = session.IsPooled ? " behind a pooler" : "";
        var properties = new List<DeviceProperty> { new("server", $"PostgreSQL {session.Version}{way}") };
        if (Rows is { } rows) properties.Add(new DeviceProperty(_options.Query is null ? "catch_up" : "query", rows.Describe()));
        if (_options.Query is not null) return new(properties);
        properties.Add(new DeviceProperty("channels", $"{_channels.Count}"));
        var usage = session.QueueUsage;
        if (usage >= DatabaseDiagnosis.HighUsage)
            properties.Add(new DeviceProperty("queue", DatabaseDiagnosis.DescribeUsage(usage), IsWrong: true));
        return new(properties);
    }

    public IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new DatabaseDiagnosis(_options, _connections, Channels, _context).RunAsync(cancel);

    /// <summary>Saves the position if that is due. Called by the reader before it waits.</summary>
    public void SaveWhenDue()
    {
        Position?.SaveWhenDue();
        Reception?.SaveWhenDue();
    }

    /// <summary>Closes the connection after a failure and returns the exception to throw.</summary>
    public async ValueTask<Exception> DropConnectionAsync(Exception error, CancellationToken cancel)
    {
        await CloseAsync().ConfigureAwait(false);
        return Translate(error, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        Position?.Save();
        Reception?.Save();
    }

    private void Receive(string channel, string payload)
    {
        if (_recorder.IsOn) _recorder.Note(false, $"notification on {channel}: {payload}", null);
        Notifications.Add(channel, payload);
    }

    private static async Task DiscardAsync(Task<ListenSession> opening)
    {
        try
        {
            var late = await opening.ConfigureAwait(false);
            await late.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // ConnectAsync has reported it, or was cancelled.
        }
    }

    /// <summary>A row must lead to its tag: by its channel, or because there is one channel only.</summary>
    private static void RequireTagOfEachRow(
        PostgresTableOptions rows, IReadOnlyList<TagDefinition> tags, IReadOnlyList<PostgresAddress> addresses)
    {
        var first = addresses.Count > 0 ? addresses[0].Channel : "";
        var others = rows.Channel is null ? addresses.Index().Where(a => a.Item.Channel != first).ToList() : [];
        if (others.Count == 0) return;
        throw new AddressException([.. others.Select(a => new AddressProblem(tags[a.Index],
            $"the rows of {rows.Table} do not say to which channel they belong: give the column in channel, or tags of one channel"))]);
    }

    /// <summary>
    /// Finds out where the rows begin, then listens: what is committed before that is read from the table, what is committed later is
    /// notified.
    /// </summary>
    private async Task PrepareConnectionAsync(ListenSession session, CancellationToken cancel)
    {
        if (session.IsPooled && _options.Query is null
            && await NotificationTest.RunAsync(session, _connections, _context.Time, cancel).ConfigureAwait(false) is null)
            throw new ServerRefusedException($"{Endpoint}: {NotificationTest.TransactionMode}");
        if (Position is not null) await OpenRowsAsync(session, Position, cancel).ConfigureAwait(false);
        await session.ListenAsync(Channels, cancel).ConfigureAwait(false);
        Rows?.Begin();
        if (Reception?.Begin() is not { } gap) return;
        _context.Log.Warn($"{gap}: notifications of this time are lost; the option catch_up reads them from a table");
        UnreportedGap = !_hasGapTag ? null : UnreportedGap is { } earlier ? earlier with { To = gap.To } : gap;
    }

    private async Task OpenRowsAsync(ListenSession session, RowPosition position, CancellationToken cancel)
    {
        var options = _options.Rows!;
        var query = await RowQuery.CreateAsync(session.Connection, options, _context.TimeZone, cancel).ConfigureAwait(false);
        position.Load();
        position.Resume();
        if (!position.IsKnown)
        {
            if (options.First == FirstRows.All) position.Seed(null);
            else await SeedAsync(query, position, cancel).ConfigureAwait(false);
        }

        Rows = new RowSource(query, position, isCatchUp: _options.CatchUp is not null, _context.Time, _context.Log);
    }

    /// <summary>Begins behind the last row that the table has now.</summary>
    private async Task SeedAsync(RowQuery query, RowPosition position, CancellationToken cancel)
    {
        var last = await query.LastTimeAsync(cancel).ConfigureAwait(false);
        if (last > Session.ServerTime) last = Session.ServerTime;
        position.Seed(last);
        if (last is not { } at) return;
        _context.Log.Info($"the rows of {query.Table} after {at:yyyy-MM-ddTHH:mm:ss.ffffffZ} are read; first = \"all\" reads all of them");
    }

    private Exception Translate(Exception error, CancellationToken cancel) => cancel.IsCancellationRequested
        ? new OperationCanceledException(error.Message, error, cancel)
        : NpgsqlErrors.Describe(error, Endpoint, _options.User);

    private async ValueTask CloseAsync()
    {
        var session = _session;
        (_session, Rows) = (null, null);
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}
