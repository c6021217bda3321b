namespace PlantRuntime.Contracts;

/// <summary>
/// A plugin whose sinks are servers that can also keep a lease, so that of several hosts with one site only one is active. site.toml names
/// such a sink: <c>lease = { postgres = "store" }</c>.
/// </summary>
public interface ILeasePlugin : ISinkPlugin
{
    /// <summary>Creates a lease in the server of a sink; performs no I/O. Called on any thread.</summary>
    /// <param name="options">The options of the sink, of the type <see cref="ISinkPlugin.OptionsType"/>.</param>
    /// <param name="context">
    /// The environment. <see cref="PluginContext.Site"/> and <see cref="PluginContext.Tenant"/> name the lease: hosts with other names do
    /// not compete for it.
    /// </param>
    ILease OpenLease(object options, PluginContext context);
}

/// <summary>
/// A lock in a server that at most one host holds. The host makes one call at a time, with a deadline of 5 s for connecting and of 1 s for
/// each other call, and disposes of the lease after a failure.
/// </summary>
public interface ILease : IAsyncDisposable
{
    /// <summary>Connects.</summary>
    ValueTask ConnectAsync(CancellationToken cancel);

    /// <summary>
    /// Tries to get the lease, or confirms that it is still held; called every 0.5 s. The server ends a lease that was not confirmed for
    /// <see cref="Expiry"/>, and at once when its connection ends.
    /// </summary>
    /// <returns>True if this connection holds the lease now, and has held it since the first call that returned true.</returns>
    /// <exception cref="Exception">It is unknown whether the lease is held.</exception>
    ValueTask<bool> TryHoldAsync(CancellationToken cancel);

    /// <summary>Time after the last confirmation at which the server ends the lease, at most 3 s.</summary>
    TimeSpan Expiry { get; }
}
