using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Executes <c>plant write</c>, <c>read</c>, <c>browse</c> and <c>doctor</c> on the devices of a running host. Called by the
/// <see cref="ControlServer"/> on the thread pool, several commands at a time; keeps no state. Calls into a driver run in the session of
/// its device, between scans. Writes go through <see cref="WriteService"/>, which checks the rules and writes the audit log.
/// </summary>
/// <param name="devices">The devices of the site, as they are now: the list follows reloads.</param>
/// <param name="writes">The write service of the site.</param>
/// <param name="time">The clock.</param>
internal sealed class DeviceCommands(IReadOnlyList<DeviceSupervisor> devices, WriteService writes, TimeProvider time)
{
    /// <summary>Registers the commands, before the server starts.</summary>
    public void AddTo(ControlServer server)
    {
        server.On("device-write", WriteAsync);
        server.On("device-read", ReadAsync);
        server.OnStream("device-browse", request => new BrowseStream(Find(request), request, time));
        server.On("device-state", request => Task.FromResult<JsonNode>(State(Find(request))));
    }

    private async Task<JsonNode> WriteAsync(JsonObject request)
    {
        var (device, tag, user) = (Text(request, "device"), Text(request, "tag"), Text(request, "user"));
        var value = JsonValues.Parse(request["value"]);
        var attempt = writes.Request(new TagWriteRequest(device, tag, value, time.GetTimestamp(), $"user {user}"));
        var result = await attempt.Result.ConfigureAwait(false);
        return new JsonObject { ["outcome"] = AuditEntry.ToText(result.Outcome), ["reason"] = result.Reason };
    }

    /// <summary>Reads addresses, of tags or others: <c>tags</c> is a list of <c>{"name","address","type"}</c>.</summary>
    private Task<JsonNode> ReadAsync(JsonObject request)
    {
        var tags = (request["tags"] as JsonArray ?? [])
            .Select(t => new TagDefinition((string)t!["name"]!, (string)t["address"]!, (string?)t["type"])).ToList();
        var device = Find(request);
        return AskAsync<JsonNode>(device, async (driver, cancel) =>
        {
            var reader = OnDemand.Prepare(driver, device.Name, tags);
            var buffer = new ScanBuffer([.. tags.Select((t, i) => new Tag(i, t.Name, ""))]);
            buffer.Reset(time.GetUtcNow().UtcDateTime);
            await reader.ReadAsync(buffer, cancel).ConfigureAwait(false);
            return new JsonArray([.. Enumerable.Range(0, buffer.Count).Select(i => Sample(buffer, i))]);
        });
    }

    private static JsonObject State(DeviceSupervisor device) => new()
    {
        ["state"] = device.Status.State.ToString(),
        ["reason"] = device.Status.Reason,
        ["renewals"] = device.Status.Renewals,
        ["attempts"] = device.Status.Attempts,
        ["reconnects"] = device.Status.ReconnectsInRow,
        ["facts"] = new JsonArray([.. device.Status.Facts.Select(f =>
            new JsonObject { ["name"] = f.Name, ["text"] = f.Text, ["wrong"] = f.IsWrong })]),
    };

    private static JsonObject Sample(ScanBuffer buffer, int index)
    {
        var sample = buffer.Samples[index];
        return new JsonObject
            { ["value"] = JsonValues.From(sample.Value), ["quality"] = (int)sample.Quality, ["reason"] = Safe(buffer.Reason(index)) };
    }

    private static string? Safe(string? text) => text is null ? null : LogText.Sanitize(text);

    /// <summary>Calls the device on its own session. A failure becomes the reply to the command; the host does not handle it.</summary>
    private static async Task<T> AskAsync<T>(DeviceSupervisor device, Func<IDriver, CancellationToken, ValueTask<T>> question)
    {
        try
        {
            return await device.AskAsync(question).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw new ControlException(PluginFault.Describe(exception));
        }
    }

    private DeviceSupervisor Find(JsonObject request)
    {
        var name = Text(request, "device");
        return devices.FirstOrDefault(d => d.Name == name)
            ?? throw new ControlException(
                $"no device \"{name}\" in the running site{Nearest.DidYouMean(name, devices.Select(d => d.Name))}");
    }

    private static string Text(JsonObject request, string key) => (string?)request[key]
        ?? throw new ControlException($"the command lacks \"{key}\"");
}
