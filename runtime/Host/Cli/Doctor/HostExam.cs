using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary>A device step by step, over the connection of the host that runs the site: a second one might be one too many.</summary>
internal static class HostExam
{
    public static async IAsyncEnumerable<ExamStep> RunAsync(
        DirectDevice device, DeviceModel model, string folder, TimeProvider time, [EnumeratorCancellation] CancellationToken cancel)
    {
        var command = new JsonObject { ["command"] = "device-state", ["device"] = model.Name };
        var state = await ControlClient.AskAsync(folder, command, cancel).ConfigureAwait(false);
        if ((string)state["state"]! != nameof(DeviceState.Running))
        {
            yield return new ExamStep("host", false, $"{state["state"]}: {state["reason"]}", "the next lines say how far the network goes");
            await foreach (var step in NetworkExam.RunAsync(device, model, cancel).ConfigureAwait(false)) yield return step;
            yield break;
        }

        yield return new ExamStep("host", true, "connected");
        var facts = state["facts"]!.AsArray().Select(f => new DeviceFact((string)f!["name"]!, (string)f["text"]!, (bool)f["wrong"]!)).ToList();
        if (facts.Count > 0) yield return DeviceExam.Facts(facts);
        if (device.Driver is ISubscriber) yield return new ExamStep("tags", true, "it speaks by itself: values come when they change");
        else if (model.Tags.Count > 0) yield return await ReadAsync(model, folder, time, cancel).ConfigureAwait(false);
    }

    private static async Task<ExamStep> ReadAsync(DeviceModel model, string folder, TimeProvider time, CancellationToken cancel)
    {
        var group = new ScanGroup(model.Tags.Select((t, i) => (t, new Tag(i, t.Name, model.Name))), model.Poll, time);
        try
        {
            await ReadCommand.AskAsync(folder, model.Name, group, cancel).ConfigureAwait(false);
            return DeviceExam.Tags(model, group.Buffer);
        }
        catch (ControlException exception)
        {
            return new ExamStep("tags", false, exception.Message, "the log of the running host says since when");
        }
    }
}
