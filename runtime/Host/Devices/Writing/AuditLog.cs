using System.Threading.Channels;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>
/// <c>logs/audit.jsonl</c>: every attempt to write to a device, in the order in which they ended. An entry is on the disk before anybody is
/// told how the attempt ended; entries that come together share one fsync. While the file cannot be written nothing else may be, either.
/// </summary>
internal sealed class AuditLog : IAsyncDisposable
{
    /// <summary>Full files that are kept at least, beside the one that is written.</summary>
    public const int Keep = 10;

    private const int MostWaiting = 10_000;
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patienceAtEnd = TimeSpan.FromSeconds(1);
    private readonly Channel<(byte[] Line, TaskCompletionSource Kept)> _waiting =
        Channel.CreateUnbounded<(byte[], TaskCompletionSource)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _end = new();
    private readonly RotatingFile _file;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly Task _writing;
    private int _count;
    private long _unsaid;
    private volatile string? _problem;

    public AuditLog(string siteFolder, long maxSize, int keep, TimeProvider time, PlantLog log)
    {
        _file = new RotatingFile(Path.Combine(siteFolder, "logs", "audit.jsonl"), maxSize, keep);
        _time = time;
        _log = log;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Why nothing may be written to a device now; null while all is well.</summary>
    public string? Problem => _problem ?? (Volatile.Read(ref _count) >= MostWaiting / 2 ? "the audit log waits for its disk" : null);

    /// <summary>Completes when the entry is on the disk.</summary>
    public Task AppendAsync(WriteRequest request, WriteResult result)
    {
        // Half of the room is for attempts that were under way when it became scarce; refused ones beyond it are counted.
        if (Interlocked.Increment(ref _count) > MostWaiting)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _unsaid);
            return Task.CompletedTask;
        }

        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.Writer.TryWrite((AuditEntry.Of(_time.GetUtcNow().UtcDateTime, request, result), kept))) kept.SetResult();
        return kept.Task;
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

    private async Task WriteAllAsync()
    {
        var batch = new List<(byte[] Line, TaskCompletionSource Kept)>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_waiting.Reader.TryRead(out var entry)) batch.Add(entry);
            while (!TryWrite(batch))
            {
                await Task.Delay(s_again, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_end.IsCancellationRequested) return;
            }

            Interlocked.Add(ref _count, -batch.Count);
            foreach (var (_, kept) in batch) kept.SetResult();
            batch.Clear();
        }
    }

    private bool TryWrite(List<(byte[] Line, TaskCompletionSource Kept)> batch)
    {
        try
        {
            foreach (var (line, _) in batch) _file.Write(line);
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
    }
}
