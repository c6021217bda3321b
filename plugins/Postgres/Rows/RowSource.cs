using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Rows;

/// <summary>
/// Reads the rows of a table that are not known yet, page by page: once for each <see cref="Begin"/>, from the position less the overlap to
/// the end. Belongs to one connection; <see cref="PostgresReader"/> calls it, one call at a time.
/// </summary>
/// <param name="query">The statements.</param>
/// <param name="position">Up to which row everything is stored.</param>
/// <param name="isCatchUp">True to log each end; a poll that finds a few rows is not logged.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives progress.</param>
internal sealed class RowSource(RowQuery query, RowPosition position, bool isCatchUp, TimeProvider time, IPluginLog log)
{
    private static readonly TimeSpan s_progressEvery = TimeSpan.FromSeconds(10);

    private RowPage? _page;
    // Ticks of the time of the last row in UTC; 0 for none. Read by any thread.
    private long _lastTicks;
    private bool _isAfter;
    private long _started;
    private long _reported;
    private long _rows;
    private long _new;

    /// <summary>True while rows are being read.</summary>
    public bool IsReading { get; private set; }

    /// <summary>Number of rows whose channel no tag has.</summary>
    public long Unknown { get; private set; }

    private DateTime? Last
    {
        get => Volatile.Read(ref _lastTicks) is var ticks and > 0 ? new DateTime(ticks, DateTimeKind.Utc) : null;
        set => Volatile.Write(ref _lastTicks, value?.Ticks ?? 0);
    }

    /// <summary>The current activity in words, for the status of the device. Any thread.</summary>
    public string Describe() => IsReading ? $"reading {query.Table}: {_rows} rows, {_new} new, at {Format(Last)}" : $"up to {Format(Last)}";

    /// <summary>Begins to read from the position.</summary>
    public void Begin()
    {
        (Last, _isAfter) = position.Start;
        IsReading = true;
        (_rows, _new) = (0, 0);
        _started = _reported = time.GetTimestamp();
    }

    /// <summary>Returns the page, whose current row is the next one; null at the end.</summary>
    public async ValueTask<RowPage?> NextAsync(CancellationToken cancel)
    {
        while (IsReading)
        {
            _page ??= await query.ReadAsync(Last, _isAfter, cancel).ConfigureAwait(false);
            if (await _page.ReadAsync(cancel).ConfigureAwait(false))
            {
                Last = _page.Time;
                _rows++;
                return _page;
            }

            IsReading = _page.IsFull;
            _isAfter = true;
            await ClosePageAsync().ConfigureAwait(false);
            ReportProgress();
        }

        return null;
    }

    /// <summary>Counts a row that was not known.</summary>
    public void CountNew() => _new++;

    /// <summary>Counts a row whose channel no tag has.</summary>
    public void CountUnknown(string? channel)
    {
        if (Unknown++ == 0) log.Warn($"{query.Table} has rows of channel {channel ?? "NULL"}, which no tag has: they are skipped");
    }

    private static string Format(DateTime? at) => at is { } known ? $"{known:yyyy-MM-ddTHH:mm:ss.ffffffZ}" : "the beginning";

    private void ReportProgress()
    {
        var now = time.GetTimestamp();
        var isLong = time.GetElapsedTime(_started, now) >= s_progressEvery;
        if (IsReading && time.GetElapsedTime(_reported, now) >= s_progressEvery)
        {
            _reported = now;
            log.Info($"reading {query.Table}: {_rows} rows, {_new} new, at {Format(Last)}");
        }
        else if (!IsReading && (isLong || isCatchUp)) log.Info($"{query.Table} is read up to {Format(Last)}: {_rows} rows, {_new} new");
    }

    private async ValueTask ClosePageAsync()
    {
        var page = _page;
        _page = null;
        if (page is not null) await page.DisposeAsync().ConfigureAwait(false);
    }
}
