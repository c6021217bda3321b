using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.RecipeHost.State;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Storage;

namespace PlantRuntime.Engine;

/// <summary>
/// Copies the states of the recipes to the lease's server: every second what changed, and once more when the recipes have ended in order.
/// A host that takes over restores them before its recipes start. Created by <c>plant run</c>; <see cref="RestoreAsync"/> comes first, the
/// loop of <see cref="Start"/> runs until <see cref="EndAsync"/>. Failures are logged, never thrown: the state on the disk of each host
/// remains.
/// </summary>
internal sealed class StateReplica(
    ILeaseState server, SiteLease lease, StateFolder folder, TimeProvider time, PlantLog log) : IAsyncDisposable
{
    /// <summary>"PRS1" marks the states of a site. The digit is the version of the format.</summary>
    private const uint Kind = 0x3153_5250;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_restoreTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_lastTimeout = TimeSpan.FromSeconds(2);
    private readonly LogLimit _limit = new(time, TimeSpan.FromMinutes(1));
    private readonly CancellationTokenSource _end = new();
    private Task _loop = Task.CompletedTask;
    private Dictionary<string, byte[]> _saved = [];
    private bool _isConnected;

    /// <summary>
    /// Writes the states of the last active host to the disk, for recipes of this site, unless this host has been active since.
    /// </summary>
    /// <param name="recipes">Recipe files of the site.</param>
    /// <param name="lastToken">Token of the last term of this host.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task RestoreAsync(IReadOnlyCollection<string> recipes, long lastToken, CancellationToken cancel)
    {
        folder.Latest = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        try
        {
            (long Token, ReadOnlyMemory<byte> State)? found = null;
            await CallAsync(async stop => found = await server.LoadAsync(stop).ConfigureAwait(false), s_restoreTimeout, cancel)
                .ConfigureAwait(false);
            if (found is not { } saved || saved.Token < lastToken) return;
            var states = Decode(saved.State.Span).Where(s => recipes.Contains(s.Key)).ToList();
            foreach (var (recipe, bytes) in states) folder.Write(recipe, bytes);
            log.Info($"STATE restored={states.Count} token={saved.Token} bytes={saved.State.Length} reason=\"from the host before\"");
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            log.Error($"STATE reason=\"the state of the host before cannot be read: {Describe(exception)}\" "
                + $"next=\"recipes begin with what this host kept\"");
        }
    }

    /// <summary>Starts to copy. Called when the host is active.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Copies the last states. Called when the recipes have ended in order.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(s_lastTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!lease.IsHeld || !_loop.IsCompleted) return;
        await SaveAsync(s_lastTimeout, CancellationToken.None).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(s_lastTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            if (lease.IsHeld) await SaveAsync(s_callTimeout, _end.Token).ConfigureAwait(false);
            await Task.Delay(s_every, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SaveAsync(TimeSpan timeout, CancellationToken cancel)
    {
        var states = folder.Latest!.ToDictionary(StringComparer.Ordinal);
        if (states.Count == _saved.Count && states.All(s => _saved.TryGetValue(s.Key, out var bytes) && bytes == s.Value)) return;
        try
        {
            var bytes = Encode(states);
            if (bytes.Length > server.MostBytes)
            {
                var (recipe, largest) = states.MaxBy(s => s.Value.Length);
                throw new RefusedException($"it has {bytes.Length} bytes, of which {recipe} has {largest.Length}, and the server keeps "
                    + $"{server.MostBytes} at most");
            }

            await CallAsync(stop => server.SaveAsync(lease.Token, bytes, stop), timeout, cancel).ConfigureAwait(false);
            _saved = states;
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            if (!_limit.TryAcquire(out var suppressed)) return;
            log.Warn($"STATE reason=\"it cannot be copied for the other host: {Describe(exception)}\"{LogText.Suppressed(suppressed)} "
                + $"next=\"tried again every second; a takeover would begin with the last copy\"");
        }
        catch (OperationCanceledException)
        {
            // The host ends, and copies the last states then.
        }
    }

    private async Task CallAsync(Func<CancellationToken, ValueTask> call, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            if (!_isConnected) await server.ConnectAsync(any.Token).AsTask().WaitAsync(any.Token).ConfigureAwait(false);
            _isConnected = true;
            await call(any.Token).AsTask().WaitAsync(any.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RefusedException)
        {
            _isConnected = false;
            throw;
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await PluginThread.DisposeAsync(server, s_lastTimeout, time).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            log.Warn($"STATE reason=\"its connection cannot be closed: {Describe(exception)}\"");
        }
    }

    private static string Describe(Exception exception) =>
        exception is OperationCanceledException ? "no answer in time" : PluginFault.Describe(exception);

    private static byte[] Encode(Dictionary<string, byte[]> states)
    {
        var bytes = new ByteWriter();
        Envelope.Begin(bytes, Kind);
        bytes.Unsigned((ulong)states.Count);
        foreach (var (recipe, state) in states)
        {
            bytes.Text(recipe);
            bytes.Unsigned((ulong)state.Length);
            bytes.Bytes(state);
        }

        Envelope.Seal(bytes.Writable);
        return bytes.Written.ToArray();
    }

    /// <exception cref="DamagedException">The bytes are damaged.</exception>
    private static Dictionary<string, byte[]> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = Envelope.Read(bytes, Kind);
        var states = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var count = reader.Count(); count > 0; count--) states[reader.Text()] = reader.Bytes(reader.Count()).ToArray();
        return states;
    }
}
