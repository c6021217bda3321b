using System.Runtime.ExceptionServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Runs one connection of a subscribed device: reads its messages as they arrive, publishes each as a scan, and acknowledges the scans
/// whose records are stored. A read has no deadline, because the driver detects a dead connection; an acknowledgement has the device's
/// timeout, and a failed one ends the connection. Operations (writes, queries) run beside the read, with the same timeout. Created by
/// <see cref="DeviceSession"/> for each connection. At most one read, one acknowledgement and one operation are pending at the same time;
/// it retries nothing.
/// </summary>
internal sealed class SubscriptionLoop(
    ISubscriber driver, ScanGroup group, DeviceSupervisor owner, int window, SubscriptionCalls calls, OperationQueue operations,
    TimeProvider time)
{
    private readonly SemaphoreSlim _stored = new(0);
    private Exception? _failure;

    /// <summary>Runs until the connection is lost or <paramref name="stop"/> is cancelled; both end with an exception.</summary>
    /// <exception cref="Exception">The driver's exception, or the cancellation of a wait.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var acks = new AckWindow(window, () => _stored.Release());
        var acknowledging = AcknowledgeAsync(acks, ended);
        var operating = OperateAsync(ended);
        try
        {
            await ReceiveAsync(acks, ended.Token).ConfigureAwait(false);
        }
        catch when (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
        finally
        {
            // This token ends waits of the host only; the driver has the tokens of the TimedCalls.
            await ended.CancelAsync().ConfigureAwait(false);
            calls.Acknowledgements.CancelCall();
            calls.Operations.CancelCall();
            await acknowledging.ConfigureAwait(false);
            await operating.ConfigureAwait(false);
        }
    }

    private async Task ReceiveAsync(AckWindow acks, CancellationToken ended)
    {
        for (var number = 1L; ; number++)
        {
            await acks.WaitForRoomAsync(ended).ConfigureAwait(false);
            group.Buffer.Reset(time.GetUtcNow().UtcDateTime);
            await calls.Reads.WaitAsync(group.Reader!.ReadAsync(group.Buffer, calls.Reads.Begin())).ConfigureAwait(false);
            ended.ThrowIfCancellationRequested();
            var now = time.GetUtcNow().UtcDateTime;
            group.AcceptChangedSamples();
            var ack = acks.Next();
            var info = new ScanInfo(number, now, time.GetTimestamp(), null, ack, group.Buffer.SourceTime);
            owner.Publish(group, info, group.Samples, TimeSpan.Zero);
            ack.Release();
        }
    }

    /// <summary>
    /// Reports to the device up to which scan everything is stored. Never throws: it stores its failure and cancels the read.
    /// </summary>
    private async Task AcknowledgeAsync(AckWindow acks, CancellationTokenSource ended)
    {
        var reported = 0L;
        try
        {
            while (true)
            {
                await _stored.WaitAsync(ended.Token).ConfigureAwait(false);
                if (acks.Stored is var stored && stored == reported) continue;
                var call = driver.AcknowledgeAsync(stored, calls.Acknowledgements.Begin());
                await calls.Acknowledgements.WaitAsync(call).ConfigureAwait(false);
                reported = stored;
            }
        }
        catch (Exception exception)
        {
            calls.Acknowledgements.End();

            // The connection has ended: the device sends again what was not acknowledged.
            if (ended.IsCancellationRequested) return;
            var failure = exception is OperationCanceledException
                ? new NotConnectedException("an acknowledgement did not end in time")
                : exception;
            await FailAsync(failure, ended).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Runs the operations that are posted, one after the other, until the connection ends. Never throws: an operation that finds the
    /// connection lost ends it for the read, too.
    /// </summary>
    private async Task OperateAsync(CancellationTokenSource ended)
    {
        try
        {
            while (true)
            {
                await operations.WaitAsync(ended.Token).ConfigureAwait(false);
                var failure = await operations.RunNextAsync(calls.Operations, ended.Token).ConfigureAwait(false);
                if (failure is not NotConnectedException || ended.IsCancellationRequested) continue;
                await FailAsync(failure, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended; the session fails what still waits.
        }
    }

    private async Task FailAsync(Exception failure, CancellationTokenSource ended)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        await ended.CancelAsync().ConfigureAwait(false);
        calls.Reads.CancelCall();
    }
}

/// <summary>The calls into a subscribed driver that can run at the same time, one of each kind. Owned by the device's session.</summary>
/// <param name="Reads">Waits for the next message, without a deadline.</param>
/// <param name="Acknowledgements">Acknowledgements, with the device's timeout.</param>
/// <param name="Operations">Writes and queries, with the device's timeout.</param>
internal sealed record SubscriptionCalls(TimedCalls Reads, TimedCalls Acknowledgements, TimedCalls Operations);
