using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Session;

namespace PlantRuntime.Plugins.Nats.Lease;

/// <summary>
/// A lease in a key of a key-value bucket. The holder writes the key again and again, each time only if nobody else has written it; its
/// first revision is the fencing token. A host that waits takes the key only if it has seen one revision, by its own monotonic clock, for
/// the expiry and a margin: the holder's last confirmation was requested before that revision was seen, so it has expired. Neither the
/// server's clock nor a time to live of the bucket is used, because a stepped clock would end a lease early. One call at a time; never
/// retries or logs.
/// </summary>
internal sealed class NatsLease(NatsSinkOptions options, PluginContext context, LeaseSettings settings) : ILease
{
    /// <summary>Time beyond the expiry for which a waiting host must have seen the same revision.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan s_announceEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_waitingFor = TimeSpan.FromSeconds(3);
    private readonly NatsConnector _connector = new(options, context);
    private readonly LeaseKey _keys = new(context.Tenant, context.Site);
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly Dictionary<string, long> _waiting = new(StringComparer.Ordinal);
    private LeaseBucket? _bucket;
    private int _connects;
    private DateTime _since;
    private ulong _revision;
    private long? _token;
    private (ulong Revision, long At)? _seen;
    private (ulong Revision, bool IsFirst) _announced = (0, true);
    private LeaseValue? _holder;
    private long? _lastAnnounced;

    /// <summary>False: only the expiry and the release end it.</summary>
    public bool EndsWithConnection => false;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        await CloseAsync().ConfigureAwait(false);

        // Begins with another server each time, because a server that does not answer uses up the time for one attempt.
        var first = _connects++ % options.Servers.Count;
        _bucket = await LeaseBucket.OpenAsync(_connector, first, options.Stream?.Replicas ?? 1, cancel).ConfigureAwait(false);
    }

    public async ValueTask<long?> TryHoldAsync(CancellationToken cancel)
    {
        var bucket = _bucket ?? throw new NotConnectedException("the lease is not connected");
        if (_token is not null) return await ConfirmAsync(bucket, cancel).ConfigureAwait(false) ? _token : null;
        var entry = await bucket.ReadAsync(_keys.Holder, cancel).ConfigureAwait(false);
        _holder = entry.Bytes is null ? null : LeaseValue.Decode(entry.Bytes);

        // Its own value is that of an attempt whose answer was lost.
        var isFree = _holder is { Released: true } || _holder?.Id == _id || HasExpired(entry.Revision);
        if (!isFree)
        {
            await AnnounceAsync(bucket, cancel).ConfigureAwait(false);
            return null;
        }

        _since = context.Time.GetUtcNow().UtcDateTime;
        if (await bucket.TryUpdateAsync(_keys.Holder, Value().Encode(), entry.Revision, cancel).ConfigureAwait(false) is not { } revision)
            return null;
        (_revision, _token, _holder) = (revision, (long)revision, null);
        return _token;
    }

    public async ValueTask<IReadOnlyList<LeaseMember>> ListAsync(CancellationToken cancel)
    {
        var bucket = _bucket ?? throw new NotConnectedException("the lease is not connected");
        if (_token is null)
            return _holder is { Released: false } holder ? [new LeaseMember(holder.Instance, true, holder.Since)] : [];
        var entry = await bucket.ReadAsync(_keys.Waiting, cancel).ConfigureAwait(false);
        var now = context.Time.GetTimestamp();

        // The first revision may be of a host that ended long ago; a later one was written since.
        if (entry.Bytes is not null && entry.Revision != _announced.Revision && !_announced.IsFirst)
            _waiting[LeaseValue.Decode(entry.Bytes).Instance] = now;
        _announced = (entry.Revision, false);
        foreach (var (instance, at) in _waiting)
        {
            if (context.Time.GetElapsedTime(at, now) > s_waitingFor) _waiting.Remove(instance);
        }

        return [.. _waiting.Keys.Order(StringComparer.Ordinal).Select(i => new LeaseMember(i, false, null))];
    }

    public async ValueTask ReleaseAsync(CancellationToken cancel)
    {
        if (_bucket is not { } bucket || _token is null) throw new NotConnectedException("the lease is not connected");
        var value = (Value() with { Released = true }).Encode();
        if (await bucket.TryUpdateAsync(_keys.Holder, value, _revision, cancel).ConfigureAwait(false) is null)
            throw new NotConnectedException("another host has it");
    }

    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>Writes the key again. Returns false if another host has written it.</summary>
    private async ValueTask<bool> ConfirmAsync(LeaseBucket bucket, CancellationToken cancel)
    {
        var value = Value().Encode();
        if (await bucket.TryUpdateAsync(_keys.Holder, value, _revision, cancel).ConfigureAwait(false) is { } next)
        {
            _revision = next;
            return true;
        }

        // An earlier confirmation was stored although its answer was lost, or another host has the lease.
        var entry = await bucket.ReadAsync(_keys.Holder, cancel).ConfigureAwait(false);
        if (entry.Bytes is null || LeaseValue.Decode(entry.Bytes).Id != _id || entry.Revision <= _revision) return false;
        if (await bucket.TryUpdateAsync(_keys.Holder, value, entry.Revision, cancel).ConfigureAwait(false) is not { } revision)
            return false;
        _revision = revision;
        return true;
    }

    /// <summary>Returns true if the key has had this revision for the expiry and the margin, since it was seen first.</summary>
    private bool HasExpired(ulong revision)
    {
        if (_seen?.Revision != revision) _seen = (revision, context.Time.GetTimestamp());
        return context.Time.GetElapsedTime(_seen.Value.At) >= settings.Expiry + Margin;
    }

    private async ValueTask AnnounceAsync(LeaseBucket bucket, CancellationToken cancel)
    {
        if (_lastAnnounced is { } last && context.Time.GetElapsedTime(last) < s_announceEvery) return;
        _lastAnnounced = context.Time.GetTimestamp();
        await bucket.WriteAsync(_keys.Waiting, Value().Encode(), cancel).ConfigureAwait(false);
    }

    private LeaseValue Value() => new(_id, settings.Instance, _since);

    private async ValueTask CloseAsync()
    {
        var bucket = _bucket;
        _bucket = null;
        if (bucket is not null) await bucket.DisposeAsync().ConfigureAwait(false);
    }
}
