using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// Runs the steps that a driver or sink knows on the way to its device or receiver. Each step has a deadline; an exception of the plugin
/// and a missed deadline become a failed step, which is the last. Keeps no state.
/// </summary>
internal static class DiagnosisSteps
{
    // 100: bounds the steps of a plugin that never stops.
    private const int MaxSteps = 100;

    /// <summary>Returns the steps of a plugin.</summary>
    /// <param name="diagnose">Begins the steps; its token is cancelled when one of them takes too long.</param>
    /// <param name="plugin">The plugin as in "driver modbus".</param>
    /// <param name="peer">What it talks to: "device", "receiver".</param>
    /// <param name="timeout">Longest time of one step.</param>
    /// <param name="cancel">Ends the steps with an exception.</param>
    public static async IAsyncEnumerable<DiagnosisStep> RunAsync(Func<CancellationToken, IAsyncEnumerable<DiagnosisStep>> diagnose,
        string plugin, string peer, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        IAsyncEnumerator<DiagnosisStep>? steps = null;
        var isLast = false;
        for (var number = 0; number < MaxSteps && !isLast; number++)
        {
            DiagnosisStep? step;
            try
            {
                deadline.CancelAfter(timeout);
                steps ??= diagnose(deadline.Token).GetAsyncEnumerator(deadline.Token);
                step = await steps.MoveNextAsync().ConfigureAwait(false) ? steps.Current : null;
                isLast = step is null;
            }
            catch (Exception exception) when (!cancel.IsCancellationRequested)
            {
                (step, isLast) = (Unfinished(exception, plugin, peer, timeout), true);
            }

            if (step is not null) yield return step;
        }

        if (steps is not null) await CloseAsync(steps, deadline).ConfigureAwait(false);
    }

    private static DiagnosisStep Unfinished(Exception exception, string plugin, string peer, TimeSpan timeout) =>
        exception is OperationCanceledException
        ? new DiagnosisStep("diagnosis", false, $"the {peer} did not answer within {timeout.TotalSeconds:0.###} s",
            "a longer timeout in site.toml may help")
        : new DiagnosisStep("diagnosis", false, PluginFault.Describe(exception), $"the {plugin} could not finish its own steps");

    private static async Task CloseAsync(IAsyncEnumerator<DiagnosisStep> steps, CancellationTokenSource deadline)
    {
        try
        {
            await deadline.CancelAsync().ConfigureAwait(false);
            await steps.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The steps are reported; a fault of the plugin while it closes its connection changes none of them.
        }
    }
}
