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
    /// <summary>Returns the steps; none for a driver that knows none.</summary>
    public static IAsyncEnumerable<DiagnosisStep> RunAsync(IDriver driver, DeviceModel model, CancellationToken cancel)
    {
        if (driver is not IDiagnosable diagnosable) return AsyncEnumerable.Empty<DiagnosisStep>();
        Prepare(driver, model);
        return DiagnosisSteps.RunAsync(diagnosable.DiagnoseAsync, $"driver {model.Driver}", "device", model.Timeout, cancel);
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
}
