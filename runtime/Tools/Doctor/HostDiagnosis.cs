using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// Tests a device over the connection of the host that runs the site, because the device may accept no second connection. Used by <c>plant
/// doctor</c>, one device at a time; keeps no state. Opens connections of its own only if the host is not connected, to test the way to
/// the device.
/// </summary>
internal static class HostDiagnosis
{
    /// <summary>Returns the steps.</summary>
    /// <param name="device">The device with its driver, which is not connected here.</param>
    /// <param name="model">Its settings.</param>
    /// <param name="folder">The site's folder.</param>
    /// <param name="cancel">Ends the diagnosis.</param>
    /// <exception cref="SiteClientException">The host does not know the device.</exception>
    public static async IAsyncEnumerable<DiagnosisStep> RunAsync(
        StandaloneDevice device, DeviceModel model, string folder, [EnumeratorCancellation] CancellationToken cancel)
    {
        var state = await SiteClient.GetAsync(folder, DeviceClient.PathOf(model.Name), cancel).ConfigureAwait(false);
        if ((string)state["state"]! != nameof(DeviceState.Running))
        {
            yield return new DiagnosisStep("host", false, $"{state["state"]}: {state["reason"]}",
                "the next lines test the way to the device");
            await foreach (var step in NetworkDiagnosis.RunAsync(device, model, cancel).ConfigureAwait(false))
            {
                yield return step;
                if (!step.IsGood) yield break;
            }

            await foreach (var step in DriverDiagnosis.RunAsync(device.Driver, model, cancel).ConfigureAwait(false))
            {
                yield return step;
                if (!step.IsGood) yield break;
            }

            yield return await RetryAsync(model, folder, cancel).ConfigureAwait(false);
            yield break;
        }

        yield return Connected((long?)state["renewals"] ?? 0);
        var facts = state["facts"]!.AsArray().Select(f => new DeviceProperty((string)f!["name"]!, (string)f["text"]!, (bool)f["wrong"]!))
            .ToList();
        if (facts.Count > 0) yield return DeviceDiagnosis.Facts(facts);
        if (model.Tags.Count == 0) yield break;
        if (device.Driver is ISubscriber subscriber && subscriber.PrepareReads([]) is null) yield return DeviceDiagnosis.SendsByItself;
        else yield return await ReadAsync(model, folder, cancel).ConfigureAwait(false);
    }

    private static DiagnosisStep Connected(long renewals) => renewals == 0
        ? new DiagnosisStep("host", true, "connected")
        : new DiagnosisStep("host", true, $"connected; idle connections that the device closed and the host replaced: {renewals}",
            "no scan was lost; a poll that is shorter than the device's idle time keeps the connection");

    /// <summary>Ends the pause of the host's backoff or parking, because the way to the device is in order.</summary>
    private static async Task<DiagnosisStep> RetryAsync(DeviceModel model, string folder, CancellationToken cancel)
    {
        await SiteClient.PostAsync(folder, $"{DeviceClient.PathOf(model.Name)}/retry", null, cancel).ConfigureAwait(false);
        return new DiagnosisStep("retry", true, "the host tries it again at once: ask plant doctor again for its handshake and tags");
    }

    private static async Task<DiagnosisStep> ReadAsync(DeviceModel model, string folder, CancellationToken cancel)
    {
        var group = new ScanGroup(model.Tags.Select((t, i) => (t, new Tag(i, t.Name, model.Name))), model.Poll);
        try
        {
            await DeviceClient.ReadAsync(folder, model.Name, group, cancel).ConfigureAwait(false);
            return DeviceDiagnosis.Tags(model, group.Buffer);
        }
        catch (SiteClientException exception)
        {
            return new DiagnosisStep("tags", false, exception.Message, "the log of the running host says since when");
        }
    }
}
