using System.Threading.Channels;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>
/// <c>logs/audit.jsonl</c>: every attempt to write to a device. What is sent is on the disk as begun before it is sent, and how an attempt
/// ended before anybody is told; entries that come together share one fsync. While the file cannot be written nothing else may be, either,
/// and how what had begun ended is told at once and written later.
/// </summary>
internal sealed class AuditLog : IAsyncDisposable
{
    /// <summary>Full files that are kept at least, beside the one that is written.</summary>
    public const int Keep = 10;

    private const int MostWaiting = 10_000;
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patienceAtEnd = TimeSpan.FromSeconds(1);
    private readonly Channel<Entry> _waiting = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _end = new();
    private readonly RotatingFile _file;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly CallClock _disk;
    private readonly Task _writing;
    private int _count;
    private long _unsaid;
    private volatile string? _problem;

    public AuditLog(string siteFolder, long maxSize, int keep, TimeProvider time, PlantLog log)
    {
        _file = new RotatingFile(Path.Combine(siteFolder, "logs", "audit.jsonl"), maxSize, keep);
        _time = time;
        _log = log;
        _disk = new CallClock(time);
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Why nothing may be written to a device now; null while all is well.</summary>
    public string? Problem => _problem
        ?? (Volatile.Read(ref _count) >= MostWaiting / 2 || _disk.Elapsed > s_again ? "the audit log waits for its disk" : null);

    /// <summary>Says that an attempt is about to be sent. Completes when that is on the disk.</summary>
    /// <exception cref="RefusedException">The file cannot be written now: then the device may not be, either.</exception>
    public Task BeginAsync(WriteRequest request)
    {
        if (Problem is { } problem) throw new RefusedException(problem);
        Interlocked.Increment(ref _count);
        return Enqueue(AuditEntry.Begun(_time.GetUtcNow().UtcDateTime, request), mayWait: false);
    }

    /// <summary>Says how an attempt ended. Completes when that is on the disk, or waits for one that takes it.</summary>
    public Task AppendAsync(WriteRequest request, WriteResult result)
    {
        // Half of the room is for attempts that were under way when it became scarce; refused ones beyond it are counted.
        if (Interlocked.Increment(ref _count) > MostWaiting)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _unsaid);
            return Task.CompletedTask;
        }

        return Enqueue(AuditEntry.Of(_time.GetUtcNow().UtcDateTime, request, result), mayWait: true);
    }

    /// <summary>Writes what is waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        _end.CancelAfter(s_patienceAtEnd);
        await _writing.ConfigureAwait(false);
        _file.Dispose();
        _end.Dispose();
        if (_count > 0) _log.Error($"AUDIT lost={_count} reason=\"{_problem}\" next=\"the log lines WRITE say what was written\"");
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

    // Nobody waits for a full disk: what was to be sent is not, and has no entry; what has ended is told.
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
            foreach (var entry in batch) _file.Write(entry.Line);
            if (Interlocked.Read(ref _unsaid) is var unsaid and > 0)
            {
                _file.Write(AuditEntry.Unsaid(_time.GetUtcNow().UtcDateTime, unsaid));
                Interlocked.Add(ref _unsaid, -unsaid);
            }

            _file.FlushToDisk();
            if (_problem is not null) _log.Info("AUDIT is written again");
            _problem = null;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (_problem is null) _log.Error($"AUDIT reason=\"{exception.Message}\" next=\"no device is written until the audit log can be\"");
            _problem = $"the audit log cannot be written: {exception.Message}";
            _file.Drop();
            return false;
        }
        finally
        {
            _disk.End();
        }
    }

    private readonly record struct Entry(byte[] Line, bool MayWait, TaskCompletionSource Kept);
}
