namespace PlantRuntime.Contracts;

/// <summary>
/// A driver that can try the way to its device step by step, for `plant doctor`. The host has tried name and port before; it connects and
/// reads the tags afterwards.
/// </summary>
public interface IDiagnosable : IDriver
{
    /// <summary>
    /// Tries each step over a connection of its own and closes it, up to the first step without which no other can succeed. Never throws
    /// for what is wrong with the device: that is a failed step. Called after
    /// <see cref="IDriver.Prepare"/> of the device's tags and before <see cref="IDriver.ConnectAsync"/>.
    /// <paramref name="cancel"/> is cancelled when one step takes longer than the device's timeout.
    /// </summary>
    IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel);
}

/// <summary>One step on the way to a device.</summary>
/// <param name="Name">What was tried, in one word: "endpoints", "certificate".</param>
/// <param name="IsGood">False when it failed.</param>
/// <param name="Found">What was found, or what went wrong.</param>
/// <param name="Remedies">What to do, one line each; also of a good step whose result can be improved.</param>
public sealed record DiagnosisStep(string Name, bool IsGood, string Found, params IReadOnlyList<string> Remedies);
