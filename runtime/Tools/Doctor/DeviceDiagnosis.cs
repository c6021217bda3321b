using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// Tests a device step by step, from its host name to its tags, over a new connection. Used by <c>plant doctor</c> if no host runs
/// the site, one device at a time. Does network I/O with the device's timeout as the deadline of each call; writes nothing to the
/// device; keeps no state.
/// </summary>
internal static class DeviceDiagnosis
{
    /// <summary>Returns the steps; ends after a failed step that the following ones depend on.</summary>
    public static async IAsyncEnumerable<DiagnosisStep> RunAsync(
        StandaloneDevice device, DeviceModel model, TimeProvider time, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var step in NetworkDiagnosis.RunAsync(device, model, cancel).ConfigureAwait(false))
        {
            yield return step;
            if (!step.IsGood) yield break;
        }

        var isExplained = false;
        await foreach (var step in DriverDiagnosis.RunAsync(device.Driver, model, cancel).ConfigureAwait(false))
        {
            isExplained |= !step.IsGood;
            yield return step;
        }

        var handshake = await ConnectAsync(device, model, time, isExplained, cancel).ConfigureAwait(false);
        yield return handshake;
        if (!handshake.IsGood) yield break;
        if (device.Driver is IDescribed described) yield return await DescribeAsync(device, described, cancel).ConfigureAwait(false);
        if (model.Tags.Count > 0) yield return await ReadAsync(device, model, time, cancel).ConfigureAwait(false);
    }

    /// <summary>The step for the tags of a device that cannot be asked for them.</summary>
    public static DiagnosisStep SendsByItself { get; } = new("tags", true, "the device sends values when they change");

    /// <summary>Returns the step for the properties that the device reports.</summary>
    public static DiagnosisStep Facts(IReadOnlyList<DeviceProperty> facts)
    {
        var wrong = facts.Where(f => f.IsWrong).ToList();
        var all = facts.Count == 0 ? "the device reports no properties" : string.Join(", ", facts.Select(f => $"{f.Name} {f.Text}"));
        return new DiagnosisStep("facts", wrong.Count == 0, all, [.. wrong.Select(f => $"{f.Name} is {f.Text}: see at the device why")]);
    }

    /// <summary>Returns the step for the tags of a scan.</summary>
    public static DiagnosisStep Tags(DeviceModel model, ScanBuffer buffer)
    {
        var bad = Enumerable.Range(0, buffer.Count).Where(i => buffer.Samples[i].Quality != Quality.Good).ToList();
        if (bad.Count == 0) return new DiagnosisStep("tags", true, $"{buffer.Count} are good");
        return new DiagnosisStep("tags", false, $"{bad.Count} of {buffer.Count} are bad",
            [.. bad.Select(
                i => $"{model.Tags[i].AddressAt}: {model.Tags[i].Name}: {buffer.Samples[i].Quality.ToText()} {buffer.Reason(i)}")]);
    }

    private static async Task<DiagnosisStep> ConnectAsync(
        StandaloneDevice device, DeviceModel model, TimeProvider time, bool isExplained, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        try
        {
            await device.ConnectAsync(cancel).ConfigureAwait(false);
            return new DiagnosisStep("handshake", true,
                FormattableString.Invariant($"{time.GetElapsedTime(start).TotalMilliseconds:0} ms"));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var found = PluginFault.Describe(exception);
            if (isExplained) return new DiagnosisStep("handshake", false, found, "see the failed step above");
            return new DiagnosisStep("handshake", false, found,
                $"the port answers, but not as {model.Driver}: check the settings in site.toml, and whether the device allows this protocol",
                "many devices accept few connections: check which other clients are connected");
        }
    }

    private static async Task<DiagnosisStep> DescribeAsync(StandaloneDevice device, IDescribed described, CancellationToken cancel)
    {
        IReadOnlyList<DeviceProperty> facts = [];
        async ValueTask AskAsync(CancellationToken token) => facts = await described.DescribeAsync(token).ConfigureAwait(false);
        try
        {
            await device.CallAsync(AskAsync, cancel).ConfigureAwait(false);
            return Facts(facts);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new DiagnosisStep("facts", false, PluginFault.Describe(exception),
                "the device did not report its properties; its tags may be readable nevertheless");
        }
    }

    private static async Task<DiagnosisStep> ReadAsync(StandaloneDevice device, DeviceModel model, TimeProvider time,
        CancellationToken cancel)
    {
        var buffer = new ScanBuffer([.. model.Tags.Select((t, i) => new Tag(i, t.Name, model.Name))]);
        try
        {
            List<TagDefinition> tags = [.. model.Tags.Select(t => t.Definition)];
            var reader = device.Driver is ISubscriber subscriber ? subscriber.PrepareReads(tags) : device.Driver.Prepare(tags);
            if (reader is null) return SendsByItself;
            await device.ReadAsync(reader, buffer, time, cancel).ConfigureAwait(false);
            return Tags(model, buffer);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new DiagnosisStep("tags", false, PluginFault.Describe(exception),
                $"the device took the connection but did not answer: a timeout above {DurationText.Format(model.Timeout)} may help, or fewer tags");
        }
    }
}
