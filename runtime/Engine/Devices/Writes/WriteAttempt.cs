using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Attempts once to write one tag. It ends exactly once, with one entry in the audit log, also when its driver hangs or when it was never
/// sent. It is sent after its begin is in the audit log, and never twice. Created by WriteService.Request; runs within the device session's
/// loop, and may be ended by any thread.
/// </summary>
internal sealed class WriteAttempt(
    TagWriteRequest request, TagWriter? tag, Func<TagWriteRequest, Task> begin, Func<TagWriteRequest, WriteResult, Task> record)
    : DeviceOperation
{
    private readonly TaskCompletionSource<WriteResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stage _stage;

    /// <summary>Stages of an attempt, in order. Ended is final.</summary>
    private enum Stage
    {
        Waiting,
        Sent,
        Ended,
    }

    public TagWriteRequest Request => request;

    /// <summary>The outcome; completes when it is in the audit log.</summary>
    public Task<WriteResult> Result => _result.Task;

    public override async ValueTask RunAsync(IDriver driver, CancellationToken cancel)
    {
        // A newer value replaced this one, or the attempt has ended.
        if (!tag!.TryDequeue(this)) return;
        var prepared = tag.Prepare(driver);
        var raw = Unscale.ToRaw(tag.Model, request.Value);
        var written = raw;
        string? unconfirmed = null;
        try
        {
            if (!await TryBeginAsync(cancel).ConfigureAwait(false)) return;
            written = await prepared.WriteAsync(tag.Model, raw, cancel).ConfigureAwait(false);
        }
        catch (RefusedException refusal)
        {
            End(WriteOutcome.Refused, refusal.Message);
            return;
        }
        catch (Exception exception) when (exception is not (NotConnectedException or OperationCanceledException))
        {
            // The device sent a reply that makes no sense: what it holds now tells what became of the write.
            unconfirmed = PluginFault.Describe(exception);
            if (prepared.IsWhole) written = Unscale.ToWhole(tag.Model, raw);
        }

        var note = unconfirmed ?? (written == raw ? null : $"rounded to {written}");
        var isConfirmed = unconfirmed is null;
        if (isConfirmed && prepared.ReadBack is null) End(WriteOutcome.Written, note);
        else await ReadBackAsync(prepared, written, note, isConfirmed, cancel).ConfigureAwait(false);
    }

    public override bool IsWrite => true;

    public override void Fail(Exception exception)
    {
        tag?.TryDequeue(this);
        var before = Interlocked.Exchange(ref _stage, Stage.Ended);
        if (before != Stage.Ended)
            _ = EndAsync(new WriteResult(before == Stage.Sent ? WriteOutcome.Unknown : WriteOutcome.Refused,
                PluginFault.Describe(exception)));
    }

    /// <summary>Ends the attempt unless it has ended.</summary>
    public void End(WriteOutcome outcome, string? reason = null)
    {
        if (Interlocked.Exchange(ref _stage, Stage.Ended) != Stage.Ended) _ = EndAsync(new WriteResult(outcome, reason));
    }

    /// <summary>Records the begin in the audit log. Returns false if the attempt must not be sent any more.</summary>
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

    /// <param name="prepared">Reads the tag.</param>
    /// <param name="written">The raw value that was written.</param>
    /// <param name="note">Text before the reason, or null.</param>
    /// <param name="isConfirmed">True if the device confirmed the write.</param>
    /// <param name="cancel">Ends the wait for the device.</param>
    private async ValueTask ReadBackAsync(
        PreparedWrite prepared, Value written, string? note, bool isConfirmed, CancellationToken cancel)
    {
        var before = note is null ? "" : $"{note}; ";
        var without = isConfirmed ? WriteOutcome.Written : WriteOutcome.Unknown;
        try
        {
            var readBack = isConfirmed ? prepared.ReadBack! : prepared.ReadAfterDoubt();
            var result = await readBack.CompareAsync(written, without, cancel).ConfigureAwait(false);
            End(result.Outcome, before + result.Reason);
        }
        catch (Exception exception) when (exception is RefusedException or AddressException)
        {
            End(without, $"{before}could not be read back: {PluginFault.Describe(exception)}");
        }
        catch (Exception exception)
        {
            var why = exception is OperationCanceledException ? "no answer in time" : PluginFault.Describe(exception);
            End(without, $"{before}could not be read back: {why}");
            throw;
        }
    }

    private async Task EndAsync(WriteResult ended)
    {
        // The reason may quote what the device answered.
        var result = ended.Reason is { } reason ? ended with { Reason = LogText.Sanitize(reason) } : ended;
        await record(request, result).ConfigureAwait(false);
        _result.SetResult(result);
    }
}
