using System.Runtime.CompilerServices;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Postgres.Listen;
using PlantRuntime.Plugins.Postgres.Rows;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>
/// Reads the prepared tags of a database; each notification or row that contains a value of at least one tag is one scan. After a connect
/// the rows of the table come first, then the notifications that were received meanwhile; what is known already is skipped. The host makes
/// one call at a time. Waiting uses the pooled async method builder, so that a steady scan allocates nothing beyond Npgsql.
/// </summary>
internal sealed class PostgresReader : IReader
{
    private const string TooLong = "the row is longer than 1 MB";

    private readonly PostgresDriver _driver;
    private readonly PostgresDriverOptions _options;
    private readonly PluginContext _context;
    private readonly PayloadReader _payloads;
    private readonly RowKeys _keys;
    private readonly Dictionary<string, PayloadPlan> _notified;
    private readonly Dictionary<string, PayloadPlan> _rows;
    private readonly int[] _gapTags;
    private ListenSession? _session;
    private byte[] _bytes = new byte[8192];

    /// <param name="driver">The driver, which owns connection and position.</param>
    /// <param name="addresses">The addresses of the tags, in the order of the scan buffer.</param>
    /// <param name="time">Path of the time in a notification, if configured.</param>
    /// <param name="options">The options of the driver.</param>
    /// <param name="context">Clock, zone and log.</param>
    public PostgresReader(
        PostgresDriver driver, IReadOnlyList<PostgresAddress> addresses, IReadOnlyList<JsonPathStep>? time, PostgresDriverOptions options,
        PluginContext context)
    {
        (_driver, _options, _context) = (driver, options, context);
        _payloads = new PayloadReader([.. addresses.Select(a => a.Kind == AddressKind.Integer)], context.TimeZone);
        _keys = new RowKeys(options.Rows?.Key);
        _gapTags = [.. addresses.Index().Where(a => a.Item.Kind == AddressKind.Gap).Select(a => a.Index)];
        var channels = addresses.Index().Where(a => a.Item.Kind != AddressKind.Gap).GroupBy(a => a.Item.Channel).ToList();
        _notified = channels.ToDictionary(c => c.Key, c => CreatePlan(c, time, isValue: false), StringComparer.Ordinal);
        _rows = channels.ToDictionary(c => c.Key, c => CreatePlan(c, null, options.CatchUp?.Value is not null), StringComparer.Ordinal);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var session = _driver.Session;
        if (session != _session) _payloads.Clear();
        _session = session;
        var scanTime = into.Count > 0 ? into.Samples[0].Time : default;
        try
        {
            await session.ListenAsync(_driver.Channels, cancel).ConfigureAwait(false);
            while (!TryReadWaiting(into, scanTime))
            {
                if (_driver.Rows is { IsReading: true } && await TryReadRowAsync(into, scanTime, cancel).ConfigureAwait(false)) return;
                _driver.SaveWhenDue();
                if (_options.Query is not null) await WaitForPollAsync(cancel).ConfigureAwait(false);
                else if (!await session.WaitOrProbeAsync(cancel).ConfigureAwait(false)) _driver.Reception?.SetAlive();
            }
        }
        catch (Exception e)
        {
            throw await _driver.DropConnectionAsync(e, cancel).ConfigureAwait(false);
        }
    }

    private static PayloadPlan CreatePlan(
        IGrouping<string, (int Index, PostgresAddress Item)> channel, IReadOnlyList<JsonPathStep>? time, bool isValue)
    {
        var tags = channel.Select(a => new PayloadTag(a.Index, isValue ? [] : a.Item.Path, a.Item.Kind == AddressKind.Text));
        return PayloadPlan.Create(channel.Key, [.. tags], time);
    }

    /// <summary>Reads a gap, a further reading of the last payload, or the next notification; not while rows are being read.</summary>
    private bool TryReadWaiting(ScanBuffer into, DateTime scanTime)
    {
        if (_driver.Rows is { IsReading: true }) return false;
        if (TryReadGap(into)) return true;
        if (_payloads.TryFillNext(into))
        {
            _driver.Reception?.AddScan();
            return true;
        }

        while (_driver.Notifications.TryDequeue(out var next))
        {
            if (TryFill(next, into, scanTime)) return true;
        }

        if (_driver.Notifications.DrainOverflow()) _driver.Rows?.Begin();
        return false;
    }

    private bool TryReadGap(ScanBuffer into)
    {
        if (_driver.UnreportedGap is not { } gap || _gapTags.Length == 0) return false;
        _driver.UnreportedGap = null;
        var text = gap.ToString();
        foreach (var tag in _gapTags) into.Good(tag, text);
        _driver.Reception?.AddScan(gap);
        return true;
    }

    private bool TryFill(in Notification next, ScanBuffer into, DateTime scanTime)
    {
        if (!_notified.TryGetValue(next.Channel, out var plan)) return false;
        var payload = Encode(next.Payload);
        var scans = _payloads.Fill(plan, payload, into);
        if (_payloads.NewTimeProblem is { } problem)
            _context.Log.Warn($"{plan.Source}: the time {problem}; the time of arrival is used");
        if (scans == 0) return false;
        _driver.Reception?.AddScan();
        if (_driver.Position is not { } position) return true;
        var isNew = position.TryAdd(_keys.From(next.Channel, payload, into), into.SourceTime, _session!.ServerTime);
        if (!isNew) into.Reset(scanTime);
        return isNew;
    }

    /// <summary>Reads the next row that is not known.</summary>
    private async ValueTask<bool> TryReadRowAsync(ScanBuffer into, DateTime scanTime, CancellationToken cancel)
    {
        if (_driver.Rows is not { IsReading: true } rows) return false;
        while (await rows.NextAsync(cancel).ConfigureAwait(false) is { } page)
        {
            if (TryFill(rows, page, into, scanTime)) return true;
        }

        // Notifications that were received meanwhile come next.
        return TryReadWaiting(into, scanTime);
    }

    private bool TryFill(RowSource rows, RowPage page, ScanBuffer into, DateTime scanTime)
    {
        var channel = page.Channel ?? (_options.Rows!.Channel is null ? _rows.Keys.FirstOrDefault("") : null);
        if (channel is null || !_rows.TryGetValue(channel, out var plan))
        {
            rows.CountUnknown(channel);
            return false;
        }

        var at = page.Time;
        var payload = page.Payload is { } text ? Encode(text) : [];
        var isFilled = page.Payload is null ? _payloads.FillBad(plan, TooLong, into) : _payloads.Fill(plan, payload, into) > 0;
        if (!isFilled) return false;
        into.SetTime(at);
        var key = page.Key is { } own ? _keys.From(channel, own) : _keys.From(channel, payload, into);
        if (_driver.Position!.TryAdd(key, at, _session!.ServerTime))
        {
            rows.CountNew();
            return true;
        }

        into.Reset(scanTime);
        return false;
    }

    /// <summary>Waits until the next poll of a query.</summary>
    private async ValueTask WaitForPollAsync(CancellationToken cancel)
    {
        await Task.Delay(_context.Poll, _context.Time, cancel).ConfigureAwait(false);
        _driver.Rows!.Begin();
    }

    private ReadOnlySpan<byte> Encode(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_bytes.Length < most) _bytes = new byte[Math.Max(most, _bytes.Length * 2)];
        return _bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, _bytes));
    }
}
