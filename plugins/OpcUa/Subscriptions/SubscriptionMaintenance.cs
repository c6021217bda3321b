using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Channel;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>
/// Requests that keep the subscriptions of a device alive: after a connect it continues, transfers or creates them; later it republishes
/// what is missing, looks into silence, and creates bad items again. One run at a time, on the thread of whoever waits for values.
/// </summary>
internal sealed class SubscriptionMaintenance(SubscriptionManager manager, OpcUaDriver driver, OpcUaOptions options, TimeProvider time)
{
    private static readonly TimeSpan[] s_retries =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];
    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(2);

    private const uint MostNotifications = 10_000;

    // Items that are created in one run: the values of the first are handed out while the others are still to be created.
    private const int MostItems = 1000;

    /// <summary>
    /// After a connect: the session that was resumed still has its subscriptions; a new one takes them over (TransferSubscriptions, OPC
    /// 10000-4, 5.14.7). What the server no longer has is created by <see cref="RunAsync"/>.
    /// </summary>
    public async ValueTask ResumeAsync(UaSession session, CancellationToken cancel)
    {
        manager.Connected(session);
        var known = manager.Subscriptions.Where(subscription => subscription.Id != 0).ToList();
        if (known.Count > 0 && !session.IsResumed) await TransferAsync(session, known, cancel).ConfigureAwait(false);
        foreach (var subscription in known.Where(s => s.Id != 0)) await CatchUpAsync(session, subscription, cancel).ConfigureAwait(false);
        manager.EndMaintenance();
    }

    /// <summary>Does what is due, and creates a limited number of monitored items.</summary>
    /// <returns>False if items remain to be created, for which the next run is requested.</returns>
    public async ValueTask<bool> RunAsync(UaSession session, CancellationToken cancel)
    {
        manager.BeginMaintenance();
        var room = MostItems;
        try
        {
            foreach (var reader in manager.Readers) await reader.ResolveAsync(session, cancel).ConfigureAwait(false);
            foreach (var subscription in manager.Subscriptions.ToList())
            {
                if (manager.IsSilent(subscription)) await ProbeAsync(session, subscription, cancel).ConfigureAwait(false);
                if (subscription.Missing.Count > 0) await RepublishAsync(session, subscription, cancel).ConfigureAwait(false);
                if (subscription.Id == 0) await CreateAsync(session, subscription, cancel).ConfigureAwait(false);
                room -= await CreateItemsAsync(session, subscription, room, cancel).ConfigureAwait(false);
            }

            if (room > 0) return true;
            manager.RequestMaintenance();
            return false;
        }
        catch
        {
            manager.RequestMaintenance();
            throw;
        }
        finally
        {
            manager.EndMaintenance();
        }
    }

    private async ValueTask TransferAsync(UaSession session, List<ServerSubscription> known, CancellationToken cancel)
    {
        (StatusCode Status, uint[] Available)[] results;
        try
        {
            results = await session.CallAsync(
                new TransferSubscriptionsRequest([.. known.Select(s => s.Id)]), TransferSubscriptionsRequest.Read,
                    cancel).ConfigureAwait(false);
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status))
        {
            results = [];
        }

        for (var i = 0; i < known.Count; i++)
        {
            if (i < results.Length && !results[i].Status.IsBad) continue;
            driver.Log.Info($"subscription {known[i].Id} is created again: the server did not keep it");
            lock (manager.Gate) manager.Reset(known[i]);
        }
    }

    // The notifications that the server kept while there was no connection, from the first one that was not received.
    private async ValueTask CatchUpAsync(UaSession session, ServerSubscription subscription, CancellationToken cancel)
    {
        while (await RepublishAsync(session, subscription, subscription.Sequence.Expected, cancel).ConfigureAwait(false))
            subscription.Sequence.Receive(subscription.Sequence.Expected, subscription.Missing);
    }

    // OPC 10000-4, 5.14.6. False if the server does not have it.
    private async ValueTask<bool> RepublishAsync(UaSession session, ServerSubscription subscription, uint number, CancellationToken cancel)
    {
        try
        {
            var body = await session.CallAsync(new ServiceCall(), new RepublishRequest(subscription.Id, number),
                cancel).ConfigureAwait(false);
            var reader = new UaReader(body.Span);
            manager.ReceiveRepublished(ref reader, subscription);
            return true;
        }
        catch (ServiceException e) when (e.Status.Is(StatusCodes.BadSubscriptionIdInvalid) || e.Status.Is(StatusCodes.BadNoSubscription))
        {
            lock (manager.Gate) manager.Reset(subscription);
            return false;
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status))
        {
            return false;
        }
        catch (DecodingException e)
        {
            manager.Undecodable(e.Message);
            return false;
        }
    }

    private async ValueTask RepublishAsync(UaSession session, ServerSubscription subscription, CancellationToken cancel)
    {
        uint[] missing;
        lock (manager.Gate) missing = [.. subscription.Missing];
        foreach (var number in missing)
        {
            if (subscription.Id == 0) return;
            if (!await RepublishAsync(session, subscription, number, cancel).ConfigureAwait(false)) manager.Lost(subscription, number);
        }

        manager.ReleaseHeld(subscription, missing.Length);
    }

    // A subscription that is silent for too long: does the server still answer, does it still have it?
    private async ValueTask ProbeAsync(UaSession session, ServerSubscription subscription, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var timer =
            time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, s_probeLimit, Timeout.InfiniteTimeSpan);
        try
        {
            var (id, expected) = (subscription.Id, subscription.Sequence.Expected);
            driver.Log.Warn(
                $"subscription {id} is silent for longer than {subscription.KeepAlivePeriod.TotalSeconds:0.#} s: asking the server for its notification {expected}");
            if (await RepublishAsync(session, subscription, expected, limit.Token).ConfigureAwait(false))
            {
                subscription.Sequence.Receive(expected, subscription.Missing);
                subscription.Heard = time.GetTimestamp();
                return;
            }

            if (subscription.Id == 0) return;
            // The server has it and says nothing: what it lost are the Publish requests, or the subscription is stuck.
            await session.CallAsync(new DeleteSubscriptionsRequest([id]), static (ref UaReader r)
                => r.StatusCodes(), limit.Token).ConfigureAwait(false);
            driver.Log.Warn($"subscription {id} is created again: the server has it, but does not send");
            manager.Publishing?.Restart();
            lock (manager.Gate) manager.Reset(subscription);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            session.Connection.Fail(
                new LinkException($"the server does not answer any more: a subscription was silent, and a question had no response"));
            throw new NotConnectedException("the server does not answer any more");
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status))
        {
            lock (manager.Gate) manager.Reset(subscription);
        }
    }

    private async ValueTask CreateAsync(UaSession session, ServerSubscription subscription, CancellationToken cancel)
    {
        var interval = subscription.Rate;
        var keepAlive = (uint)Math.Clamp(Math.Round(options.KeepAlive / interval), 1, 10_000);
        var lifetime = (uint)Math.Clamp(Math.Ceiling(options.SubscriptionLifetime / interval), 3.0 * keepAlive, 1_000_000);
        var created = await session.CallAsync(
            new CreateSubscriptionRequest(interval, lifetime, keepAlive, MostNotifications), CreateSubscriptionResponse.Read,
                cancel).ConfigureAwait(false);
        lock (manager.Gate) subscription.Created(created.Id, created.PublishingInterval, created.KeepAliveCount, time.GetTimestamp());
        manager.EndMaintenance();
    }

    // Returns how many items it tried to create, at most the given number.
    private async ValueTask<int> CreateItemsAsync(UaSession session, ServerSubscription subscription, int most, CancellationToken cancel)
    {
        var set = subscription.Reader.Set!;
        var now = time.GetTimestamp();
        var (known, due) = (new List<int>(), new List<int>());
        var bad = new List<(int, DataValue)>();
        lock (manager.Gate)
        {
            foreach (var tag in subscription.Tags)
            {
                var item = subscription.Item(tag);
                if (item.Id != 0) known.Add(tag);
                else if (item.RetryAt is { } at && at > now) continue;
                else if (set.Node(tag).Problem is not null) Refused(item, tag, set.Node(tag).Status, bad);
                else if (due.Count < most) due.Add(tag);
            }
        }

        if (bad.Count > 0) manager.Deliver(subscription.Reader, bad);
        await set.LoadTypesAsync(known.Concat(due), cancel).ConfigureAwait(false);
        if (due.Count == 0) return 0;
        await session.InBatchesAsync(Ids.MaxMonitoredItemsPerCall, due.Count, (from, count) =>
            CreateSomeAsync(session, subscription, due.GetRange(from, count), cancel)).ConfigureAwait(false);
        await ReadFirstAsync(session, subscription, due, cancel).ConfigureAwait(false);
        return due.Count;
    }

    private async ValueTask CreateSomeAsync(UaSession session, ServerSubscription subscription, List<int> tags, CancellationToken cancel)
    {
        var set = subscription.Reader.Set!;
        var items = tags.ConvertAll(tag => (set.ReadValueId(tag), (uint)tag, Parameters(subscription, subscription.Item(tag))));
        MonitoredItemResult[] results;
        try
        {
            results = await session.CallAsync(
                new CreateMonitoredItemsRequest(subscription.Id, items), CreateMonitoredItemsRequest.Read, cancel).ConfigureAwait(false);
            UaSession.Expect(results.Length, tags.Count);
        }
        catch (ServiceException e) when (e.Status.Is(StatusCodes.BadSubscriptionIdInvalid))
        {
            lock (manager.Gate) manager.Reset(subscription);
            return;
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status)
            && !session.Limits.TryLearn(Ids.MaxMonitoredItemsPerCall, tags.Count, e.Status))
        {
            // One item that makes the whole request fail affects only itself.
            if (tags.Count > 1)
            {
                await CreateSomeAsync(session, subscription, tags.GetRange(0, tags.Count / 2), cancel).ConfigureAwait(false);
                await CreateSomeAsync(session, subscription, tags.GetRange(tags.Count / 2, tags.Count - (tags.Count / 2)),
                    cancel).ConfigureAwait(false);
                return;
            }

            results = [new MonitoredItemResult(e.Status, 0, 0, 0)];
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status))
        {
            // A smaller limit was learned.
            foreach (var part in tags.Chunk(session.Limits[Ids.MaxMonitoredItemsPerCall]))
                await CreateSomeAsync(session, subscription, [.. part], cancel).ConfigureAwait(false);
            return;
        }

        Take(subscription, tags, results);
    }

    private void Take(ServerSubscription subscription, List<int> tags, MonitoredItemResult[] results)
    {
        var bad = new List<(int, DataValue)>();
        lock (manager.Gate)
        {
            for (var i = 0; i < tags.Count; i++)
            {
                var (item, status) = (subscription.Item(tags[i]), results[i].Status);
                if (!status.IsBad)
                {
                    (item.Id, item.RetryAt, item.Attempts, item.Reported, item.Created) =
                        (results[i].Id, null, 0, default, time.GetTimestamp());
                }
                else if (!item.WithoutFilter && options.DeadbandParts.Type != 0 && IsFilterRefusal(status))
                {
                    (item.WithoutFilter, item.RetryAt) = (true, time.GetTimestamp());
                    manager.RequestMaintenance();
                }
                else
                {
                    Refused(item, tags[i], status, bad);
                }
            }
        }

        if (bad.Count > 0) manager.Deliver(subscription.Reader, bad);
    }

    private void Refused(MonitoredItem item, int tag, StatusCode status, List<(int, DataValue)> bad)
    {
        var wait = s_retries[Math.Min(item.Attempts++, s_retries.Length - 1)];
        item.RetryAt = time.GetTimestamp() + time.Ticks(wait);
        if (item.Reported == status) return;
        item.Reported = status;
        bad.Add((tag, new DataValue(default, status)));
    }

    // The first values at once, not at the end of the first publishing interval.
    private async ValueTask ReadFirstAsync(UaSession session, ServerSubscription subscription, List<int> tags, CancellationToken cancel)
    {
        var created = tags.Where(tag => subscription.Item(tag) is { Id: not 0, HasReported: false }).ToList();
        if (created.Count == 0) return;
        DataValue[] values;
        try
        {
            values = await session.ReadAsync(created.ConvertAll(subscription.Reader.Set!.ReadValueId), cancel).ConfigureAwait(false);
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status))
        {
            // The first notification brings them.
            return;
        }

        lock (manager.Gate)
        {
            var first = new List<(int, DataValue)>();
            for (var i = 0; i < created.Count; i++)
            {
                var item = subscription.Item(created[i]);
                if (item.HasReported || values[i].Status.IsBad) continue;
                item.FirstRead = values[i];
                first.Add((created[i], values[i]));
            }

            if (first.Count > 0) manager.Deliver(subscription.Reader, first);
        }
    }

    private MonitoringParameters Parameters(ServerSubscription subscription, MonitoredItem item)
    {
        var (type, size) = item.WithoutFilter ? (0u, 0.0) : options.DeadbandParts;
        return new MonitoringParameters(options.Sampling?.TotalMilliseconds
            ?? subscription.Rate.TotalMilliseconds, (uint)options.Queue, type, size);
    }

    private static bool IsFilterRefusal(StatusCode status) => status.Condition is StatusCodes.BadMonitoredItemFilterUnsupported
        or StatusCodes.BadFilterNotAllowed or StatusCodes.BadDeadbandFilterInvalid or 0x8043_0000 or StatusCodes.BadTypeMismatch;
}
