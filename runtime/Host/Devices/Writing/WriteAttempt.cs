using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>
/// One attempt to write one tag. However it ends, it ends once, with one entry in the audit log: also when its driver hangs, or when it
/// was never sent. It is not sent before the audit log says that it is about to be, and once sent never again.
/// </summary>
internal sealed class WriteAttempt(
    WriteRequest request, TagWriter? tag, Func<WriteRequest, Task> begin, Func<WriteRequest, WriteResult, Task> record) : DeviceJob
{
    private readonly TaskCompletionSource<WriteResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stage _stage;

    private enum Stage
    {
        Waiting,
        Sent,
        Ended,
    }

    public WriteRequest Request => request;

    /// <summary>How it ended; completes when that is in the audit log.</summary>
    public Task<WriteResult> Result => _result.Task;

    public override async ValueTask RunAsync(IDriver driver, CancellationToken cancel)
    {
        // A newer value took its place, or nobody waits any more.
        if (!tag!.TryTake(this)) return;
        var prepared = tag.Prepare(driver);
        var raw = RawValue.Of(tag.Model, request.Value);
        try
        {
            if (!await TryBeginAsync(cancel).ConfigureAwait(false)) return;
            await prepared.Writer.WriteAsync(0, raw, cancel).ConfigureAwait(false);
        }
        catch (RefusedException refusal)
        {
            End(WriteOutcome.Refused, refusal.Message);
            return;
        }

        if (prepared.ReadBack is { } readBack) await ReadBackAsync(readBack, raw, cancel).ConfigureAwait(false);
        else End(WriteOutcome.Written);
    }

    public override void Fail(Exception exception)
    {
        tag?.TryTake(this);
        var before = Interlocked.Exchange(ref _stage, Stage.Ended);
        if (before != Stage.Ended) _ = EndAsync(new WriteResult(before == Stage.Sent ? WriteOutcome.Unknown : WriteOutcome.Refused, exception.Message));
    }

    /// <summary>Ends it, unless it has ended.</summary>
    public void End(WriteOutcome outcome, string? reason = null)
    {
        if (Interlocked.Exchange(ref _stage, Stage.Ended) != Stage.Ended) _ = EndAsync(new WriteResult(outcome, reason));
    }

    /// <summary>Has the audit log say first what is about to be sent. False when it is not to be sent any more.</summary>
    private async ValueTask<bool> TryBeginAsync(CancellationToken cancel)
    {
        if (EndsByAge()) return false;
        try
        {
            await begin(request).WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new RefusedException("the disk is too slow for the audit log");
        }

        return !EndsByAge() && Interlocked.CompareExchange(ref _stage, Stage.Sent, Stage.Waiting) == Stage.Waiting;
    }

    private bool EndsByAge()
    {
        if (!tag!.IsTooOld(request.Timestamp, out var age)) return false;
        End(WriteOutcome.TooOld, age);
        return true;
    }

    private async ValueTask ReadBackAsync(ReadBack readBack, Value raw, CancellationToken cancel)
    {
        try
        {
            var result = await readBack.CompareAsync(raw, cancel).ConfigureAwait(false);
            End(result.Outcome, result.Reason);
        }
        catch (Exception exception)
        {
            var why = exception is OperationCanceledException ? "no answer in time" : exception.Message;
            End(WriteOutcome.Written, $"could not be read back: {why}");
            throw;
        }
    }

    private async Task EndAsync(WriteResult result)
    {
        await record(request, result).ConfigureAwait(false);
        _result.SetResult(result);
    }
}
