using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using NATS.Client.KeyValueStore;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats.Lease;

/// <summary>A value with its revision. Immutable.</summary>
/// <param name="Bytes">The value; null if the key does not exist or was deleted.</param>
/// <param name="Revision">The revision of the last change; 0 if the key never existed.</param>
internal readonly record struct BucketEntry(byte[]? Bytes, ulong Revision);

/// <summary>
/// One connection with the key-value bucket of the leases, which it creates if it is missing and never changes. The revision of a key is
/// the sequence number of its last message, and the server compares it with <c>Nats-Expected-Last-Subject-Sequence</c> before it stores the
/// next one (ADR-8). One <see cref="NatsLease"/> or <see cref="NatsLeaseState"/> owns it and makes one call at a time.
/// </summary>
internal sealed class LeaseBucket : IAsyncDisposable
{
    private const int WrongLastSequence = 10071;
    private readonly NatsSession _session;
    private readonly INatsKVStore _store;

    private LeaseBucket(NatsSession session, INatsKVStore store) => (_session, _store) = (session, store);

    /// <summary>Largest message that the server takes, in bytes.</summary>
    public int MaxPayload => _session.Server.MaxPayload;

    /// <summary>Connects, and creates the bucket if it is missing.</summary>
    /// <param name="connector">Opens the connection.</param>
    /// <param name="first">Index of the server that is tried first.</param>
    /// <param name="replicas">Copies of a new bucket.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="NotConnectedException">No server accepts, or JetStream refuses.</exception>
    public static async ValueTask<LeaseBucket> OpenAsync(NatsConnector connector, int first, int replicas, CancellationToken cancel)
    {
        NatsSession? session = null;
        try
        {
            session = await connector.OpenAsync(cancel, first).ConfigureAwait(false);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, session.Lost);
            var store = await EnsureAsync(new NatsKVContext(session.JetStream), replicas, any.Token).ConfigureAwait(false);
            return new LeaseBucket(session, store);
        }
        catch (Exception e)
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
            throw Translate(e, cancel);
        }
    }

    /// <summary>Reads a key. The answer may be older than the last change.</summary>
    /// <exception cref="NotConnectedException">The server does not answer.</exception>
    public ValueTask<BucketEntry> ReadAsync(string key, CancellationToken cancel) => CallAsync(async any =>
    {
        var found = await _store.TryGetEntryAsync<byte[]>(key, cancellationToken: any).ConfigureAwait(false);
        if (found.Success) return new BucketEntry(found.Value.Value ?? [], found.Value.Revision);
        return found.Error switch
        {
            NatsKVKeyDeletedException deleted => new BucketEntry(null, deleted.Revision),
            NatsKVKeyNotFoundException => default,
            _ => throw found.Error,
        };
    }, cancel);

    /// <summary>Writes a key if its revision is still the expected one.</summary>
    /// <returns>The new revision; null if the key was changed.</returns>
    /// <exception cref="NotConnectedException">It is unknown whether it is written.</exception>
    public ValueTask<ulong?> TryUpdateAsync(string key, byte[] bytes, ulong expected, CancellationToken cancel) =>
        CallAsync<ulong?>(async any =>
        {
            var written = await _store.TryUpdateAsync(key, bytes, expected, cancellationToken: any).ConfigureAwait(false);
            if (written.Success) return written.Value;
            if (written.Error is NatsKVWrongLastRevisionException or NatsJSApiException { Error.ErrCode: WrongLastSequence }) return null;
            throw written.Error;
        }, cancel);

    /// <summary>Writes a key.</summary>
    /// <exception cref="NotConnectedException">It is unknown whether it is written.</exception>
    public async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        await CallAsync(any => _store.PutAsync(key, bytes, NatsRawSerializer<ReadOnlyMemory<byte>>.Default, any), cancel)
            .ConfigureAwait(false);

    /// <summary>Deletes all messages of the keys with a subject filter.</summary>
    /// <exception cref="NotConnectedException">The server does not answer or refuses.</exception>
    public async ValueTask PurgeAsync(string filter, CancellationToken cancel)
    {
        var request = new StreamPurgeRequest { Filter = filter };
        await CallAsync(any => _session.JetStream.PurgeStreamAsync(LeaseKey.Stream, request, any), cancel).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static async ValueTask<INatsKVStore> EnsureAsync(NatsKVContext context, int replicas, CancellationToken cancel)
    {
        try
        {
            return await context.GetStoreAsync(LeaseKey.Bucket, cancel).ConfigureAwait(false);
        }
        catch (NatsJSApiException e) when (e.Error.ErrCode == NatsErrors.StreamNotFound)
        {
            // Another host may create it at the same time: the same settings are no conflict.
            var config = new NatsKVConfig(LeaseKey.Bucket)
            {
                Description = "leases and recipe states of PlantRuntime sites", History = 1, NumberOfReplicas = replicas,
            };
            return await context.CreateStoreAsync(config, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a call that also ends when the connection is lost, and translates its failure.</summary>
    private async ValueTask<T> CallAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancel)
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, _session.Lost);
        try
        {
            return await call(any.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw Translate(e, cancel);
        }
    }

    private static Exception Translate(Exception e, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested) return new OperationCanceledException(e.Message, e, cancel);
        return e switch
        {
            NotConnectedException => e,
            OperationCanceledException => new NotConnectedException("the connection to the lease's server is lost", e),
            LinkException or NatsException or ObjectDisposedException => new NotConnectedException(NatsErrors.Describe(e), e),
            _ => e,
        };
    }
}
