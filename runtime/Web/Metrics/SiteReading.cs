using PlantRuntime.Engine;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Web.Metrics;

/// <summary>The share of one sink in the queue, at one moment.</summary>
/// <param name="Sink">Name of the sink.</param>
/// <param name="Bytes">Bytes that wait.</param>
/// <param name="Limits">The limits of the sink.</param>
/// <param name="Age">Age of the oldest record that waits; null if none does.</param>
/// <param name="DeadLetters">Number of dead letters.</param>
internal sealed record QueueShare(string Sink, long Bytes, QueueLimits Limits, TimeSpan? Age, long DeadLetters);

/// <summary>The source of the values of one scrape: the host, and what the queue thread has answered for it. Immutable.</summary>
/// <param name="Host">The host; its counters are read while the metrics are written.</param>
/// <param name="Options">The section <c>[web]</c>; null without one.</param>
/// <param name="IsStandby">True while another host of the site is active.</param>
/// <param name="Queue">The shares of the sinks; empty while the queue does not answer.</param>
/// <param name="FileBytes">Size of the queue's file; null without a queue or while it does not answer.</param>
/// <param name="Time">The clock.</param>
internal sealed record SiteReading(
    SiteHost Host, WebOptions? Options, bool IsStandby, IReadOnlyList<QueueShare> Queue, long? FileBytes, TimeProvider Time)
{
    // A scrape without the queue's sizes is of more use than one that its client has given up.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks the queue, and returns what one scrape reads from.</summary>
    public static async Task<SiteReading> CreateAsync(
        SiteHost host, WebOptions? options, bool isStandby, TimeProvider time, CancellationToken cancel)
    {
        var (shares, bytes) = await ReadAsync(host.Queue, time, cancel).ConfigureAwait(false);
        return new SiteReading(host, options, isStandby, shares, bytes, time);
    }

    private static async Task<(IReadOnlyList<QueueShare> Shares, long? FileBytes)> ReadAsync(
        DiskQueue? queue, TimeProvider time, CancellationToken cancel)
    {
        if (queue is null) return ([], null);
        try
        {
            return await queue.AskAsync(Read).WaitAsync(s_patience, time, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or ObjectDisposedException)
        {
            // The metric plant_queue_failed and the status say why it does not answer.
            return ([], null);
        }
    }

    private static (IReadOnlyList<QueueShare>, long?) Read(QueueStore store)
    {
        var (used, free) = store.Size();
        var shares = store.State.Cursors.Select(
            c => new QueueShare(c.Sink, c.Bytes, c.Limits, store.OldestAge(c), store.DeadLetters.Count(c.Sink)));
        return ([.. shares], used + free);
    }
}
