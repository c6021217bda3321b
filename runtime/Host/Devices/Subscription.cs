using PlantRuntime.Contracts;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Devices;

/// <summary>
/// One connection of a device that speaks by itself: takes what it says as it comes, and tells it what is stored. Reading waits as long as
/// it takes: whether the far end is still there is the driver's to find out.
/// </summary>
internal sealed class Subscription(ISubscriber driver, ScanGroup group, ISessionOwner owner, int window, TimeProvider time, CancellationToken stop)
{
    private readonly SemaphoreSlim _news = new(0);
    private Sample[] _brought = [];

    /// <summary>Runs until the connection is lost or <c>stop</c>.</summary>
    /// <exception cref="Exception">What the driver threw.</exception>
    public async Task RunAsync()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var book = new ReceiptBook(window, () => _news.Release());
        var acknowledging = AcknowledgeAsync(book, ended.Token);
        try
        {
            await ReceiveAsync(book, ended).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await acknowledging.ConfigureAwait(false);
        }
    }

    private async Task ReceiveAsync(ReceiptBook book, CancellationTokenSource ended)
    {
        for (var number = 1L; ; number++)
        {
            await book.WhenRoomAsync(ended.Token).ConfigureAwait(false);
            group.Buffer.Reset(time.GetUtcNow().UtcDateTime);
            await group.Reader!.ReadAsync(group.Buffer, ended.Token).ConfigureAwait(false);
            var now = time.GetUtcNow().UtcDateTime;
            group.Refine();
            var receipt = book.Next();
            owner.Received(group, new ScanHeader(number, now, time.GetTimestamp(), null, receipt), Brought());
            receipt.Release();
        }
    }

    /// <summary>Tells the far end what it may forget; what it throws, reading will meet, too.</summary>
    private async Task AcknowledgeAsync(ReceiptBook book, CancellationToken cancel)
    {
        var told = 0L;
        try
        {
            while (true)
            {
                await _news.WaitAsync(cancel).ConfigureAwait(false);
                if (book.Stored is var stored && stored == told) continue;
                await driver.AcknowledgeAsync(stored, cancel).ConfigureAwait(false);
                told = stored;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or NotConnectedException)
        {
            // The connection ends: the far end says again what was not acknowledged.
        }
    }

    /// <summary>The tags that the last news brought, good or bad.</summary>
    private ReadOnlySpan<Sample> Brought()
    {
        var samples = group.Buffer.Samples;
        if (_brought.Length < samples.Length) _brought = new Sample[samples.Length];
        var count = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            if (group.Buffer.IsSet(i)) _brought[count++] = samples[i];
        }

        return _brought.AsSpan(0, count);
    }
}
