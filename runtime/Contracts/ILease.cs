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
    /// <param name="settings">This host, and the expiry of the lease.</param>
    ILease OpenLease(object options, PluginContext context, LeaseSettings settings);

    /// <summary>
    /// Creates access to the state of the site's recipes in the same server; performs no I/O. Null if the server keeps no state.
    /// </summary>
    /// <param name="options">The options of the sink, of the type <see cref="ISinkPlugin.OptionsType"/>.</param>
    /// <param name="context">The environment, as for <see cref="OpenLease"/>.</param>
    ILeaseState? OpenState(object options, PluginContext context) => null;
}

/// <summary>Names the host that competes for a lease, and gives the time that it lasts. Immutable.</summary>
/// <param name="Instance">Name of the host for other people: machine and folder of the site.</param>
/// <param name="Expiry">Time after the last confirmation at which the lease ends, from 3 s to 60 s.</param>
public sealed record LeaseSettings(string Instance, TimeSpan Expiry);

/// <summary>
/// A lock in a server that at most one host holds. The host makes one call at a time, with a deadline of 5 s for connecting (1 s while it
/// is active) and of 1 s for each other call.
/// </summary>
public interface ILease : IAsyncDisposable
{
    /// <summary>
    /// True if the server ends the lease together with its connection. The host then ends when the connection breaks, and one that gets the
    /// lease waits until the one before must have noticed its loss. False if the lease ends only by <see cref="LeaseSettings.Expiry"/> or
    /// <see cref="ReleaseAsync"/>: the host then connects and confirms again until the expiry, and the lease is given only after the one
    /// before has not confirmed it for the expiry and 0.5 s more, by the monotonic clock of the host that gets it.
    /// </summary>
    bool EndsWithConnection { get; }

    /// <summary>Connects; again after a failed call if the lease does not end with its connection.</summary>
    ValueTask ConnectAsync(CancellationToken cancel);

    /// <summary>
    /// Tries to get the lease, or confirms that it is still held. Called every 0.5 s by the active host, every 0.25 s by others.
    /// </summary>
    /// <returns>
    /// The fencing token if this host holds the lease now and has held it since the first call that returned a token; null if it does not.
    /// The token is positive, the same as long as the lease is held, and larger than that of every holder before.
    /// </returns>
    /// <exception cref="Exception">It is unknown whether the lease is held.</exception>
    ValueTask<long?> TryHoldAsync(CancellationToken cancel);

    /// <summary>
    /// Returns the other hosts that hold the lease or wait for it; empty if none is known. Called about every second, between other calls.
    /// </summary>
    ValueTask<IReadOnlyList<LeaseMember>> ListAsync(CancellationToken cancel);

    /// <summary>
    /// Ends the lease, so that another host gets it at once. Called before the disposal by a host that has ended its devices; never after
    /// the loss of the lease.
    /// </summary>
    ValueTask ReleaseAsync(CancellationToken cancel);
}

/// <summary>A host of a pair, as the lease's server knows it. Immutable.</summary>
/// <param name="Instance">Its <see cref="LeaseSettings.Instance"/>.</param>
/// <param name="IsActive">True if it holds the lease; false if it waits.</param>
/// <param name="Since">Time in UTC since when it holds the lease, by its own clock; null if it waits, or if it is not known.</param>
public sealed record LeaseMember(string Instance, bool IsActive, DateTime? Since);

/// <summary>
/// Keeps the state of a site's recipes for the host that takes over. The host makes one call at a time, with a deadline of 5 s, beside
/// those of the lease; after a failure it connects again.
/// </summary>
public interface ILeaseState : IAsyncDisposable
{
    /// <summary>Largest state in bytes.</summary>
    int MostBytes { get; }

    /// <summary>Connects; closes an open connection first.</summary>
    ValueTask ConnectAsync(CancellationToken cancel);

    /// <summary>Replaces the state, so that <see cref="LoadAsync"/> returns either the one before or this one.</summary>
    /// <param name="token">The fencing token of the host that saves.</param>
    /// <param name="state">At most <see cref="MostBytes"/> bytes.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="RefusedException">A host with a larger token has saved a state.</exception>
    ValueTask SaveAsync(long token, ReadOnlyMemory<byte> state, CancellationToken cancel);

    /// <summary>Returns the last state with the token of the host that saved it; null if there is none.</summary>
    ValueTask<(long Token, ReadOnlyMemory<byte> State)?> LoadAsync(CancellationToken cancel);
}
