namespace PlantRuntime.Contracts;

/// <summary>
/// A driver that can search for devices, for `plant doctor` with the address of a line instead of a site:
/// <c>plant doctor modbus:///dev/ttyUSB0?baud=9600</c>.
/// </summary>
public interface IDiscoverable : IDriver
{
    /// <summary>
    /// Searches for devices within limits of its own and returns each one that answers as a step, and at the end one that sums them up.
    /// Opens connections of its own and reads only. Called before <see cref="IDriver.ConnectAsync"/>. Never throws for what is wrong with
    /// line or devices: that is a failed step.
    /// </summary>
    /// <param name="given">The keys of the options that the user gave, which the search does not vary.</param>
    /// <param name="progress">Receives a short text now and then.</param>
    /// <param name="cancel">Ends the search; the steps so far stay valid.</param>
    IAsyncEnumerable<DiagnosisStep> DiscoverAsync(
        IReadOnlyCollection<string> given, IProgress<string> progress, CancellationToken cancel);
}
