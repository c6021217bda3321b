using System.Security.Cryptography;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Session;

namespace PlantRuntime.Plugins.Nats.Lease;

/// <summary>
/// Keeps the state of a site's recipes in the bucket of the leases, over a connection of its own, so that a large state does not delay a
/// confirmation. A state is written in pieces into one of two slots and becomes valid with its description, which is replaced only if
/// nobody else has replaced it. One call at a time; never logs.
/// </summary>
internal sealed class NatsLeaseState(NatsSinkOptions options, PluginContext context) : ILeaseState
{
    private const int PieceBytes = 128 << 10;
    private const int MessageOverhead = 4096;
    private const int PiecesAtOnce = 8;
    private const int Attempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private readonly NatsConnector _connector = new(options, context);
    private readonly LeaseKey _keys = new(context.Tenant, context.Site);
    private LeaseBucket? _bucket;
    private int _connects;
    private (StateManifest? Manifest, ulong Revision)? _last;

    public int MostBytes => 4 << 20;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        await DisposeAsync().ConfigureAwait(false);
        _last = null;
        var first = _connects++ % options.Servers.Count;
        _bucket = await LeaseBucket.OpenAsync(_connector, first, options.Stream?.Replicas ?? 1, cancel).ConfigureAwait(false);
    }

    public async ValueTask SaveAsync(long token, ReadOnlyMemory<byte> state, CancellationToken cancel)
    {
        var bucket = Bucket;
        var (before, revision) = _last ?? await ReadManifestAsync(bucket, cancel).ConfigureAwait(false);
        if (before?.Token > token) throw new RefusedException($"a host with the token {before.Token} has saved a state");
        var slot = before?.Token == token ? 1 - before.Slot : 0;
        var size = Math.Min(PieceBytes, bucket.MaxPayload - MessageOverhead);
        var count = (state.Length + size - 1) / size;
        foreach (var indexes in Enumerable.Range(0, count).Chunk(PiecesAtOnce))
        {
            await Task.WhenAll(indexes.Select(i => bucket.WriteAsync(
                _keys.Piece(token, slot, i), state.Slice(i * size, Math.Min(size, state.Length - (i * size))), cancel).AsTask()))
                .ConfigureAwait(false);
        }

        var manifest = new StateManifest(token, slot, count, state.Length, Convert.ToHexString(SHA256.HashData(state.Span)));
        if (await bucket.TryUpdateAsync(_keys.State, manifest.Encode(), revision, cancel).ConfigureAwait(false) is not { } written)
        {
            _last = null;
            throw new NotConnectedException("the description of the state was changed by another host");
        }

        _last = (manifest, written);
        if (before is not null && before.Token != token)
            await bucket.PurgeAsync(_keys.PiecesOf(before.Token), cancel).ConfigureAwait(false);
    }

    public async ValueTask<(long Token, ReadOnlyMemory<byte> State)?> LoadAsync(CancellationToken cancel)
    {
        var bucket = Bucket;
        for (var attempt = 1; ; attempt++)
        {
            var (manifest, _) = await ReadManifestAsync(bucket, cancel).ConfigureAwait(false);
            if (manifest is null) return null;
            if (manifest.Length > MostBytes || manifest.Pieces > manifest.Length)
                throw new InvalidDataException($"the saved state has {manifest.Length} bytes in {manifest.Pieces} pieces");
            if (await LoadAsync(bucket, manifest, cancel).ConfigureAwait(false) is { } state) return (manifest.Token, state);

            // A server that is not the leader may answer with older pieces.
            if (attempt == Attempts) throw new InvalidDataException("the saved state is not complete");
            await Task.Delay(s_pause, context.Time, cancel).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        var bucket = _bucket;
        _bucket = null;
        return bucket?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private LeaseBucket Bucket => _bucket ?? throw new NotConnectedException("the state is not connected");

    private async ValueTask<byte[]?> LoadAsync(LeaseBucket bucket, StateManifest manifest, CancellationToken cancel)
    {
        var state = new byte[manifest.Length];
        var length = 0;
        for (var i = 0; i < manifest.Pieces; i++)
        {
            var piece = (await bucket.ReadAsync(_keys.Piece(manifest.Token, manifest.Slot, i), cancel).ConfigureAwait(false)).Bytes;
            if (piece is null || piece.Length > state.Length - length) return null;
            piece.CopyTo(state, length);
            length += piece.Length;
        }

        return length == state.Length && Convert.ToHexString(SHA256.HashData(state)) == manifest.Sha256 ? state : null;
    }

    private async ValueTask<(StateManifest? Manifest, ulong Revision)> ReadManifestAsync(LeaseBucket bucket, CancellationToken cancel)
    {
        var entry = await bucket.ReadAsync(_keys.State, cancel).ConfigureAwait(false);
        return (entry.Bytes is null ? null : StateManifest.Decode(entry.Bytes), entry.Revision);
    }
}
