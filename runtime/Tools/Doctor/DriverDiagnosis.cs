using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// Runs the steps that a driver knows on the way to its device (<see cref="IDiagnosable"/>). Called by the two diagnoses while the driver
/// is not connected. Each step has the device's timeout as its deadline; an exception of the driver and a missed deadline become a failed
/// step. Keeps no state.
/// </summary>
internal static class DriverDiagnosis
{
    // 100: bounds the steps of a plugin that never stops.
    private const int MaxSteps = 100;

    /// <summary>Returns the steps; none for a driver that knows none.</summary>
    public static async IAsyncEnumerable<DiagnosisStep> RunAsync(
        IDriver driver, DeviceModel model, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (driver is not IDiagnosable diagnosable) yield break;
        Prepare(driver, model);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        IAsyncEnumerator<DiagnosisStep>? steps = null;
        var isLast = false;
        for (var number = 0; number < MaxSteps && !isLast; number++)
        {
            DiagnosisStep? step;
            try
            {
                deadline.CancelAfter(model.Timeout);
                steps ??= diagnosable.DiagnoseAsync(deadline.Token).GetAsyncEnumerator(deadline.Token);
                step = await steps.MoveNextAsync().ConfigureAwait(false) ? steps.Current : null;
                isLast = step is null;
            }
            catch (Exception exception) when (!cancel.IsCancellationRequested)
            {
                (step, isLast) = (Unfinished(exception, model), true);
            }

            if (step is not null) yield return step;
        }

        if (steps is not null) await CloseAsync(steps, deadline).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns the steps of a search for devices; ends at a fault of the driver. The driver bounds the time, <paramref name="cancel"/>
    /// ends it.
    /// </summary>
    public static async IAsyncEnumerable<DiagnosisStep> DiscoverAsync(IDiscoverable driver, IReadOnlyCollection<string> given,
        IProgress<string> progress, [EnumeratorCancellation] CancellationToken cancel)
    {
        var steps = driver.DiscoverAsync(given, progress, cancel).GetAsyncEnumerator(cancel);
        await using var closing = steps.ConfigureAwait(false);
        for (DiagnosisStep? step = null; ; step = null)
        {
            DiagnosisStep? failed = null;
            try
            {
                if (await steps.MoveNextAsync().ConfigureAwait(false)) step = steps.Current;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                failed = new DiagnosisStep("search", false, PluginFault.Describe(exception), "the driver could not finish its search");
            }

            if ((step ?? failed) is not { } result) yield break;
            yield return result;
            if (failed is not null) yield break;
        }
    }

    // The driver tries the way to these tags. A wrong address is the result of a later step.
    private static void Prepare(IDriver driver, DeviceModel model)
    {
        try
        {
            driver.Prepare([.. model.Tags.Select(t => t.Definition)]);
        }
        catch (Exception)
        {
            // The step that reads the tags reports it.
        }
    }

    private static DiagnosisStep Unfinished(Exception exception, DeviceModel model) => exception is OperationCanceledException
        ? new DiagnosisStep("diagnosis", false, $"the device did not answer within {model.Timeout.TotalSeconds:0.###} s",
            "a longer timeout in site.toml may help")
        : new DiagnosisStep("diagnosis", false, PluginFault.Describe(exception),
            $"the driver {model.Driver} could not finish its own steps");

    private static async Task CloseAsync(IAsyncEnumerator<DiagnosisStep> steps, CancellationTokenSource deadline)
    {
        try
        {
            await deadline.CancelAsync().ConfigureAwait(false);
            await steps.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The steps are reported; the driver's fault while it closes its connection changes none of them.
        }
    }
}
