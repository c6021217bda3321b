using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Types;

namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>
/// The tags of a subscribed device: each notification becomes one scan, or several if it has several values of a tag. While it waits it
/// also does the maintenance of the subscriptions.
/// </summary>
internal sealed class SubscribingReader(SubscribingDriver driver, IReadOnlyList<TagDefinition> tags, IReadOnlyList<OpcUaAddress> addresses)
    : IReader
{
    private readonly Wakeup _wakeup = new();
    private readonly Queue<ChangeBatch> _ready = new();

    public int Count => tags.Count;

    /// <summary>The tags in the current session; null before the first maintenance.</summary>
    public TagSet? Set { get; private set; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        while (true)
        {
            var session = driver.Session;
            var isComplete = !(driver.Manager.NeedsMaintenance || Set?.Session != session)
                || await MaintainAsync(session, cancel).ConfigureAwait(false);
            if (TryTake(into, out var missing)) return;
            if (missing is not null)
            {
                await LoadAsync(session, missing, cancel).ConfigureAwait(false);
                continue;
            }

            if (!isComplete) continue;
            IsWaiting = true;
            try
            {
                if (driver.Manager.HoldsMuch) driver.Manager.Publishing?.Fill();
                await _wakeup.WaitAsync(cancel).ConfigureAwait(false);
            }
            finally
            {
                IsWaiting = false;
            }
        }
    }

    /// <summary>Looks up the nodes of this session, once, and the types of the tags whose values wait to be read.</summary>
    public async ValueTask ResolveAsync(UaSession session, CancellationToken cancel)
    {
        if (Set?.Session == session) return;
        var set = await TagSet.CreateAsync(session, driver.Types, tags, addresses, driver.Log, cancel).ConfigureAwait(false);
        List<int> waiting;
        lock (driver.Manager.Gate) waiting = [.. _ready.SelectMany(batch => batch.Changes).Select(change => change.Tag).Distinct()];
        await set.LoadTypesAsync(waiting, cancel).ConfigureAwait(false);
        Set = set;
    }

    /// <summary>True while a read waits for values.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Notifications that wait to be read.</summary>
    public int Behind => _ready.Count;

    /// <summary>Adds a batch; called with the manager's lock held.</summary>
    public void Enqueue(ChangeBatch batch) => _ready.Enqueue(batch);

    /// <summary>Takes the oldest batch; called with the manager's lock held, and never while it is read.</summary>
    public ChangeBatch Dequeue() => _ready.Dequeue();

    public void Wake() => _wakeup.Set();

    // False if it is to be continued.
    private async ValueTask<bool> MaintainAsync(UaSession session, CancellationToken cancel)
    {
        try
        {
            return await driver.Maintenance.RunAsync(session, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not NotConnectedException && !cancel.IsCancellationRequested && driver.Describe(session, e, cancel)
            is { } described)
        {
            throw described;
        }
    }

    private async ValueTask LoadAsync(UaSession session, StructureDecoder missing, CancellationToken cancel)
    {
        try
        {
            await Set!.LoadAsync(missing, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && driver.Describe(session, e, cancel) is { } described)
        {
            throw described;
        }
    }

    private bool TryTake(ScanBuffer into, out StructureDecoder? missing)
    {
        missing = null;
        ChangeBatch? batch;
        lock (driver.Manager.Gate)
        {
            if (!_ready.TryPeek(out batch)) return false;
        }

        // Only this reader takes batches, and a batch in the queue does not change any more.
        foreach (var change in batch.Changes)
        {
            if (change.Occurrence != batch.Taken) continue;
            if (Set!.Node(change.Tag).Problem is not null && change.Data.Status.IsBad) Set.FillMissing(into, change.Tag);
            else if (!Set.TryFill(into, change.Tag, change.Data, ref missing)) return false;
        }

        var isDone = ++batch.Taken >= batch.Scans;
        if (isDone)
        {
            lock (driver.Manager.Gate) _ready.Dequeue();
        }

        driver.Manager.ScanTaken(batch, isDone);
        return true;
    }
}
