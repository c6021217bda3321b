namespace PlantRuntime.Contracts;

/// <summary>A driver that can ask its device what it has.</summary>
public interface IBrowsable : IDriver
{
    /// <summary>
    /// Everything that the device names, in its own order. May take long; <paramref name="cancel"/> is the user's, not the timeout.
    /// </summary>
    /// <exception cref="RefusedException">The device does not tell.</exception>
    /// <exception cref="NotConnectedException">The connection is gone.</exception>
    ValueTask<IReadOnlyList<BrowseEntry>> BrowseAsync(CancellationToken cancel);
}
