using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary>A device step by step, from its name to its tags, over a connection of our own.</summary>
internal static class DeviceExam
{
    /// <summary>The steps, up to the first without which no other can be.</summary>
    public static async IAsyncEnumerable<ExamStep> RunAsync(
        DirectDevice device, DeviceModel model, TimeProvider time, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var step in NetworkExam.RunAsync(device, model, cancel).ConfigureAwait(false))
        {
            yield return step;
            if (!step.IsWell) yield break;
        }

        var handshake = await ConnectAsync(device, model, time, cancel).ConfigureAwait(false);
        yield return handshake;
        if (!handshake.IsWell) yield break;
        if (device.Driver is IDescribed described) yield return await DescribeAsync(device, described, cancel).ConfigureAwait(false);
        if (device.Driver is ISubscriber) yield return new ExamStep("tags", true, "it speaks by itself: values come when they change");
        else if (model.Tags.Count > 0) yield return await ReadAsync(device, model, time, cancel).ConfigureAwait(false);
    }

    /// <summary>What a device says of itself, as a step.</summary>
    public static ExamStep Facts(IReadOnlyList<DeviceFact> facts)
    {
        var wrong = facts.Where(f => f.IsWrong).ToList();
        var all = facts.Count == 0 ? "it says nothing of itself" : string.Join(", ", facts.Select(f => $"{f.Name} {f.Text}"));
        return new ExamStep("facts", wrong.Count == 0, all, [.. wrong.Select(f => $"{f.Name} is {f.Text}: see at the device why")]);
    }

    /// <summary>The tags as they were read, as a step.</summary>
    public static ExamStep Tags(DeviceModel model, ScanBuffer buffer)
    {
        var bad = Enumerable.Range(0, buffer.Count).Where(i => buffer.Samples[i].Quality != Quality.Good).ToList();
        if (bad.Count == 0) return new ExamStep("tags", true, $"{buffer.Count} are good");
        return new ExamStep("tags", false, $"{bad.Count} of {buffer.Count} are bad",
            [.. bad.Select(i => $"{model.Tags[i].AddressAt}: {model.Tags[i].Name}: {buffer.Samples[i].Quality.ToText()} {buffer.Reason(i)}")]);
    }

    private static async Task<ExamStep> ConnectAsync(DirectDevice device, DeviceModel model, TimeProvider time, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        try
        {
            await device.ConnectAsync(cancel).ConfigureAwait(false);
            return new ExamStep("handshake", true, FormattableString.Invariant($"{time.GetElapsedTime(start).TotalMilliseconds:0} ms"));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new ExamStep("handshake", false, DriverFault.Describe(exception),
                $"the port answers, but not as {model.Driver}: check the settings in site.toml, and whether the device allows this protocol",
                "many devices have few connections: see who else is connected");
        }
    }

    private static async Task<ExamStep> DescribeAsync(DirectDevice device, IDescribed described, CancellationToken cancel)
    {
        IReadOnlyList<DeviceFact> facts = [];
        async ValueTask AskAsync(CancellationToken token) => facts = await described.DescribeAsync(token).ConfigureAwait(false);
        try
        {
            await device.WithinAsync(AskAsync, cancel).ConfigureAwait(false);
            return Facts(facts);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new ExamStep("facts", false, DriverFault.Describe(exception), "the device did not say what it is; tags may be read all the same");
        }
    }

    private static async Task<ExamStep> ReadAsync(DirectDevice device, DeviceModel model, TimeProvider time, CancellationToken cancel)
    {
        var buffer = new ScanBuffer([.. model.Tags.Select((t, i) => new Tag(i, t.Name, model.Name))]);
        try
        {
            var reader = device.Driver.Prepare([.. model.Tags.Select(t => t.Definition)]);
            await device.ReadAsync(reader, buffer, time, cancel).ConfigureAwait(false);
            return Tags(model, buffer);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new ExamStep("tags", false, DriverFault.Describe(exception),
                $"the device took the connection but did not answer: a timeout above {Duration.Format(model.Timeout)} may help, or fewer tags");
        }
    }
}
