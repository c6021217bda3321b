using System.Threading.Channels;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Appends every attempt to write to a device, every action of users, and each change of the configuration and of plugins to
/// <c>logs/audit.jsonl</c>. A write is on the disk as begun
/// before it is sent, and its outcome is on the disk before the caller learns it; entries that arrive together share one fsync. While the
/// file cannot be written no device may be written either; outcomes of writes that had begun are reported at once and written later. Owned
/// by SiteHost. One asynchronous loop writes; all methods may be called by any thread and do not block on the disk.
/// </summary>
internal sealed class AuditLog : IAsyncDisposable
{
    /// <summary>Smallest number of full files that are kept besides the current one.</summary>
    public const int Keep = 10;

    // Entries that wait for the disk: 10 000 are a few megabytes. From half of it on, new writes are refused.
    private const int MostWaiting = 10_000;
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patienceAtEnd = TimeSpan.FromSeconds(1);
    private readonly Channel<Entry> _waiting = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _end = new();
    private readonly AuditFile _file;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly CallClock _disk;
    private readonly Task _writing;
    private int _count;
    private long _suppressed;
    private volatile string? _problem;

    public AuditLog(string siteFolder, long maxSize, int keep, TimeProvider time, PlantLog log)
    {
        _file = new AuditFile(siteFolder, maxSize, keep);
        _time = time;
        _log = log;
        _disk = new CallClock(time);
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>The reason why no device may be written now; null if writing is allowed.</summary>
    public string? Problem => _problem
        ?? (Volatile.Read(ref _count) >= MostWaiting / 2 || _disk.Elapsed > s_again ? "the audit log waits for its disk" : null);

    /// <summary>Records that an attempt is about to be sent. Completes when the entry is on the disk.</summary>
    /// <exception cref="RefusedException">The file cannot be written now; the device must not be written either.</exception>
    public Task BeginAsync(TagWriteRequest request)
    {
        if (Problem is { } problem) throw new RefusedException(problem);
        Interlocked.Increment(ref _count);
        return Enqueue(AuditEntry.Begun(_time.GetUtcNow().UtcDateTime, request), mayWait: false);
    }

    /// <summary>
    /// Records the outcome of an attempt. Completes when the entry is on the disk, or at once while the disk does not accept it.
    /// </summary>
    public Task AppendAsync(TagWriteRequest request, WriteResult result) =>
        Append(() => AuditEntry.From(_time.GetUtcNow().UtcDateTime, request, result));

    /// <summary>
    /// Records an action of a user that writes to no device. Completes when the entry is on the disk, or at once while the disk does not
    /// accept it.
    /// </summary>
    public Task AppendAsync(UserAction action) => Append(() => AuditEntry.From(_time.GetUtcNow().UtcDateTime, action));

    /// <summary>Writes the waiting entries, for a second at most.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        _end.CancelAfter(s_patienceAtEnd);
        await _writing.ConfigureAwait(false);
        _file.Dispose();
        _end.Dispose();
        if (_count > 0) _log.Error($"AUDIT lost={_count} reason=\"{_problem}\" next=\"the log lines WRITE tell what was written\"");
    }

    private Task Append(Func<byte[]> entry)
    {
        // New attempts are refused from half of the limit on, so that the other half is left for outcomes. Outcomes beyond the limit are
        // counted.
        if (Interlocked.Increment(ref _count) > MostWaiting)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _suppressed);
            return Task.CompletedTask;
        }

        return Enqueue(entry(), mayWait: true);
    }

    private Task Enqueue(byte[] line, bool mayWait)
    {
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_waiting.Writer.TryWrite(new Entry(line, mayWait, kept))) return kept.Task;
        return mayWait ? Task.CompletedTask : throw new RefusedException("the audit log is closed");
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Entry>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            Drain(batch);
            while (!TryWrite(batch))
            {
                Release(batch);
                if (batch.Count == 0) break;
                await Task.Delay(s_again, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_end.IsCancellationRequested) return;
                Drain(batch);
            }

            Interlocked.Add(ref _count, -batch.Count);
            foreach (var entry in batch) entry.Kept.TrySetResult();
            batch.Clear();
        }
    }

    private void Drain(List<Entry> batch)
    {
        while (_waiting.Reader.TryRead(out var entry)) batch.Add(entry);
    }

    // While the file cannot be written, attempts that wait for their begin are refused without an entry, and outcomes reach their callers.
    private void Release(List<Entry> batch)
    {
        foreach (var entry in batch)
        {
            if (entry.MayWait) entry.Kept.TrySetResult();
            else entry.Kept.SetException(new RefusedException(_problem!));
        }

        Interlocked.Add(ref _count, -batch.RemoveAll(entry => !entry.MayWait));
    }

    private bool TryWrite(List<Entry> batch)
    {
        _disk.Start();
        try
        {
            var suppressed = Interlocked.Read(ref _suppressed);
            var lines = batch.Select(entry => entry.Line);
            _file.Append(suppressed > 0 ? lines.Append(AuditEntry.Suppressed(_time.GetUtcNow().UtcDateTime, suppressed)) : lines);
            Interlocked.Add(ref _suppressed, -suppressed);
            var wasBroken = _problem is not null;
            _problem = null;
            if (wasBroken) _log.Info("AUDIT state=OK reason=\"it is written again\"");
            return true;
        }
        catch (Exception exception)
        {
            var isNews = _problem is null;
            _problem = $"the audit log cannot be written: {exception.Message}";
            if (isNews) _log.Error($"AUDIT reason=\"{exception.Message}\" next=\"no device is written until the audit log can be\"");
            return false;
        }
        finally
        {
            _disk.End();
        }
    }

    /// <summary>
    /// Holds one line that waits for the disk. <c>MayWait</c> is true for outcomes, which are kept while the file cannot
    /// be written. Immutable.
    /// </summary>
    private readonly record struct Entry(byte[] Line, bool MayWait, TaskCompletionSource Kept);
}
