using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>
/// All subscriptions of a device over all its connections. Responses come in on the receive loop; everything that needs a request of its
/// own (creating, republishing, probing) is done by <see cref="SubscriptionMaintenance"/> on the thread of the reader that waits.
/// </summary>
internal sealed class SubscriptionManager : IDisposable
{
    private const int MostBatchesBehind = 64;
    private const int MostValuesBehind = 200_000;

    private readonly Lock _gate = new();
    private readonly List<ServerSubscription> _subscriptions = [];
    private volatile SubscribingReader[] _readers = [];
    private readonly Stack<ChangeBatch> _free = new();
    private readonly Queue<(long Scan, Acknowledgement Acknowledgement)> _unstored = new();
    private readonly List<uint> _available = [];
    private readonly TimeProvider _time;
    private readonly IPluginLog _log;
    private readonly ITimer _watchdog;
    private int[] _occurrences = [];
    private int _batchesBehind;
    private int _valuesBehind;
    private long _scans;
    private volatile bool _needsMaintenance = true;

    public SubscriptionManager(TimeProvider time, IPluginLog log, TimeSpan keepAlive)
    {
        (_time, _log) = (time, log);
        var period = TimeSpan.FromMilliseconds(Math.Clamp(keepAlive.TotalMilliseconds / 10, 20, 1000));
        _watchdog = time.CreateTimer(static state => ((SubscriptionManager)state!).Tick(), this, period, period);
    }

    public Lock Gate => _gate;

    public IReadOnlyList<ServerSubscription> Subscriptions => _subscriptions;

    public IReadOnlyList<SubscribingReader> Readers => _readers;

    /// <summary>The loop of the current session; null without one.</summary>
    public PublishLoop? Publishing { get; private set; }

    public int ActiveSubscriptions { get; private set; }

    /// <summary>
    /// True while so much waits to be read that no more is asked for. A reader that waits for values is never kept waiting by another.
    /// </summary>
    public bool IsBehind => HoldsMuch && !IsAnyWaiting;

    /// <summary>True while more waits to be read than is asked for ahead.</summary>
    public bool HoldsMuch => _batchesBehind > MostBatchesBehind || _valuesBehind > MostValuesBehind;

    /// <summary>True if something is to be created, republished or looked into.</summary>
    public bool NeedsMaintenance => _needsMaintenance;

    private bool IsAnyWaiting
    {
        get
        {
            foreach (var reader in _readers)
            {
                if (reader.IsWaiting) return true;
            }

            return false;
        }
    }

    /// <summary>Notifications that the server no longer had.</summary>
    public long LostNotifications { get; private set; }

    /// <summary>Notifications that were missing and were republished.</summary>
    public long Republished { get; private set; }

    public void Add(SubscribingReader reader, IEnumerable<ServerSubscription> subscriptions)
    {
        lock (_gate)
        {
            _readers = [.. _readers, reader];
            _subscriptions.AddRange(subscriptions);
            _needsMaintenance = true;
        }
    }

    /// <summary>A new connection: scans are counted anew, and what was handed out before counts as stored.</summary>
    public void Connected(UaSession session)
    {
        lock (_gate)
        {
            Publishing = new PublishLoop(session, this);
            _scans = 0;
            foreach (var (_, acknowledgement) in _unstored)
                Publishing.Acknowledge(acknowledgement.Subscription, acknowledgement.SequenceNumber);
            _unstored.Clear();
            var now = _time.GetTimestamp();
            foreach (var subscription in _subscriptions) (subscription.Heard, subscription.WasProbed) = (now, false);
            _needsMaintenance = true;
        }
    }

    public void BeginMaintenance() => _needsMaintenance = false;

    public void RequestMaintenance() => _needsMaintenance = true;

    public void EndMaintenance()
    {
        lock (_gate) ActiveSubscriptions = _subscriptions.Count(subscription => subscription.Id != 0);
        Publishing?.Fill();
    }

    /// <summary>Handles a Publish response. Called on the receive loop.</summary>
    public void Receive(ref UaReader reader)
    {
        lock (_gate)
        {
            var header = PublishHeader.Read(ref reader, _available);
            ReceiveMessage(ref reader, Find(header.Subscription));
        }
    }

    /// <summary>Handles a republished message, which is older than those that are held.</summary>
    public void ReceiveRepublished(ref UaReader reader, ServerSubscription subscription)
    {
        lock (_gate)
        {
            var message = NotificationHeader.Read(ref reader);
            var batch = NewBatch(subscription, message.SequenceNumber);
            for (var part = 0; part < message.Parts; part++) ReadPart(ref reader, subscription, batch);
            Republished++;
            Deliver(subscription, batch);
        }
    }

    /// <summary>Counts a notification that the server does not have any more.</summary>
    public void Lost(ServerSubscription subscription, uint number)
    {
        LostNotifications++;
        _log.Warn($"notification {number} of subscription {subscription.Id} ({subscription.Tags.Count} tags) is lost: the server no longer has it");
    }

    /// <summary>
    /// Hands out what waited for the first <paramref name="missing"/> missing notifications, unless more are missing meanwhile.
    /// </summary>
    public void ReleaseHeld(ServerSubscription subscription, int missing)
    {
        lock (_gate)
        {
            subscription.Missing.RemoveRange(0, Math.Min(missing, subscription.Missing.Count));
            if (subscription.Missing.Count > 0)
            {
                _needsMaintenance = true;
                return;
            }

            while (subscription.Held.TryDequeue(out var batch)) Deliver(subscription, batch);
        }
    }

    /// <summary>Hands values to a reader that came by another way than a notification.</summary>
    public void Deliver(SubscribingReader reader, IEnumerable<(int Tag, DataValue Data)> values)
    {
        lock (_gate)
        {
            var batch = NewBatch(null, 0);
            foreach (var (tag, data) in values) batch.Add(tag, 0, data);
            Deliver(reader, batch);
        }
    }

    /// <summary>Called after a reader handed out one scan of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="isDone">True if it was the last scan of it.</param>
    public void ScanTaken(ChangeBatch batch, bool isDone)
    {
        bool heldMuch;
        lock (_gate)
        {
            _scans++;
            if (!isDone) return;
            heldMuch = HoldsMuch;
            _valuesBehind -= batch.Changes.Count;
            if (batch.SequenceNumber != 0) _unstored.Enqueue((_scans, new Acknowledgement(batch.Subscription, batch.SequenceNumber)));
            Recycle(batch);
            ForgetSilence();
        }

        if (heldMuch) Publishing?.Fill();
    }

    /// <summary>The server has the subscription no more: it is created again. Called with the lock held.</summary>
    public void Reset(ServerSubscription subscription)
    {
        while (subscription.Held.TryDequeue(out var batch)) Deliver(subscription, batch);
        subscription.Reset();
        _needsMaintenance = true;
    }

    /// <summary>The host stored the first <paramref name="scans"/> scans since the connect.</summary>
    public void Stored(long scans)
    {
        lock (_gate)
        {
            while (_unstored.TryPeek(out var oldest) && oldest.Scan <= scans)
            {
                Publishing?.Acknowledge(oldest.Acknowledgement.Subscription, oldest.Acknowledgement.SequenceNumber);
                _unstored.Dequeue();
            }
        }
    }

    /// <summary>The server says that the session has no subscription.</summary>
    public void NoSubscription()
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions) Reset(subscription);
            ActiveSubscriptions = 0;
        }

        WakeReaders();
    }

    public void Undecodable(string why) => _log.Warn($"a notification cannot be read: {why}");

    public void WakeReaders()
    {
        foreach (var reader in _readers) reader.Wake();
    }

    public void Dispose() => _watchdog.Dispose();

    private ServerSubscription? Find(uint id)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Id == id && id != 0) return subscription;
        }

        return null;
    }

    private void ReceiveMessage(ref UaReader reader, ServerSubscription? subscription)
    {
        var message = NotificationHeader.Read(ref reader);
        if (subscription is null) return;
        (subscription.Heard, subscription.WasProbed) = (_time.GetTimestamp(), false);
        if (subscription.Sequence.IsOld(message.SequenceNumber)) return;
        if (message.Parts == 0)
        {
            // A keep-alive has the number of the next notification: what is before it was lost.
            if (message.SequenceNumber != 0)
                NoteGap(subscription, subscription.Sequence.SkipTo(message.SequenceNumber, subscription.Missing));
            return;
        }

        NoteGap(subscription, subscription.Sequence.Receive(message.SequenceNumber, subscription.Missing));
        var batch = NewBatch(subscription, message.SequenceNumber);
        for (var part = 0; part < message.Parts; part++) ReadPart(ref reader, subscription, batch);
        if (subscription.Missing.Count > 0) subscription.Held.Enqueue(batch);
        else Deliver(subscription, batch);
    }

    private void NoteGap(ServerSubscription subscription, bool isComplete)
    {
        if (!isComplete)
            _log.Warn($"subscription {subscription.Id} goes on with another sequence number: more than {SequenceTracker.LongestGap} notifications are lost");
        if (subscription.Missing.Count > 0) _needsMaintenance = true;
    }

    private void ReadPart(ref UaReader reader, ServerSubscription subscription, ChangeBatch batch)
    {
        var body = reader.ExtensionBody(out var type);
        if (type.Namespace != 0) return;
        var part = new UaReader(body);
        if (type.Numeric == Ids.DataChangeNotification) ReadChanges(ref part, subscription, batch);
        else if (type.Numeric == Ids.StatusChangeNotification) ReadStatus(part.StatusCode(), subscription);
    }

    // OPC 10000-4, 7.25.2: client handle and value of each item.
    private void ReadChanges(ref UaReader reader, ServerSubscription subscription, ChangeBatch batch)
    {
        var count = reader.ArrayLength(5);
        if (_occurrences.Length < subscription.Reader.Count) _occurrences = new int[subscription.Reader.Count];
        else Array.Clear(_occurrences);
        foreach (var change in batch.Changes) _occurrences[change.Tag]++;
        for (; count > 0; count--)
        {
            var handle = reader.UInt32();
            var data = reader.DataValue();
            if (!subscription.TryGetItem(handle, out var item)) continue;
            // The value counts too: a server's clock may be so coarse that two values have the same time.
            var isRepeated = !item.HasReported && item.FirstRead is { SourceTime: not null } read && read.SourceTime == data.SourceTime
                && read.Value.MayBeSame(data.Value) && !data.Status.IsBad;
            (item.HasReported, item.FirstRead) = (true, null);
            if (isRepeated) continue;
            batch.Add((int)handle, _occurrences[handle]++, data);
        }
    }

    // OPC 10000-4, 7.25.4.
    private void ReadStatus(StatusCode status, ServerSubscription subscription)
    {
        _log.Warn($"the server ended subscription {subscription.Id} ({status}): it is created again");
        Reset(subscription);
    }

    private void Recycle(ChangeBatch batch)
    {
        _batchesBehind--;
        batch.Clear();
        _free.Push(batch);
    }

    // While no request waits there, the server cannot say anything.
    private void ForgetSilence()
    {
        if (Publishing is not { Waiting: 0 }) return;
        var now = _time.GetTimestamp();
        foreach (var subscription in _subscriptions) subscription.Heard = now;
    }

    private ChangeBatch NewBatch(ServerSubscription? subscription, uint number)
    {
        if (!_free.TryPop(out var batch)) batch = new ChangeBatch();
        (batch.Subscription, batch.SequenceNumber) = (subscription?.Id ?? 0, number);
        _batchesBehind++;
        return batch;
    }

    private void Deliver(ServerSubscription subscription, ChangeBatch batch) => Deliver(subscription.Reader, batch);

    private void Deliver(SubscribingReader reader, ChangeBatch batch)
    {
        if (batch.Changes.Count == 0)
        {
            if (batch.SequenceNumber != 0) Publishing?.Acknowledge(batch.Subscription, batch.SequenceNumber);
            Recycle(batch);
            return;
        }

        _valuesBehind += batch.Changes.Count;
        reader.Enqueue(batch);
        // This reader is not read, and another one waits: only the latest values are kept for it.
        if (reader.Behind <= MostBatchesBehind || reader.IsWaiting || !IsAnyWaiting) return;
        var oldest = reader.Dequeue();
        _valuesBehind -= oldest.Changes.Count;
        Recycle(oldest);
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (Publishing is null) return;
            ForgetSilence();
            var now = _time.GetTimestamp();
            foreach (var subscription in _subscriptions)
            {
                if (subscription.Id == 0 || IsSilent(subscription) || subscription.HasItemDue(now)) _needsMaintenance = true;
            }
        }

        Publishing?.Fill();
        if (_needsMaintenance) WakeReaders();
    }

    /// <summary>True if the server kept silent for longer than it allows itself.</summary>
    public bool IsSilent(ServerSubscription subscription) => subscription.Id != 0 && Publishing is { Waiting: > 0 }
        && _time.GetElapsedTime(subscription.Heard) > (subscription.KeepAlivePeriod * 1.5) + TimeSpan.FromMilliseconds(200);
}
