using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Writing;

namespace PlantRuntime.Host.Control;

/// <summary>What <c>plant write</c>, <c>read</c>, <c>browse</c> and <c>doctor</c> ask a running host about its devices.</summary>
internal sealed class DeviceCommands(IReadOnlyList<DeviceRunner> devices, SiteWrites writes, TimeProvider time)
{
    public void AddTo(ControlServer server)
    {
        server.On("device-write", WriteAsync);
        server.On("device-read", ReadAsync);
        server.On("device-browse", BrowseAsync);
        server.On("device-state", request => Task.FromResult<JsonNode>(State(Find(request))));
    }

    private async Task<JsonNode> WriteAsync(JsonObject request)
    {
        var (device, tag, user) = (Text(request, "device"), Text(request, "tag"), Text(request, "user"));
        var value = JsonValues.Parse(request["value"]);
        var attempt = writes.Request(new WriteRequest(device, tag, value, time.GetTimestamp(), $"user {user}"));
        var result = await attempt.Result.ConfigureAwait(false);
        return new JsonObject { ["outcome"] = AuditEntry.Word(result.Outcome), ["reason"] = result.Reason };
    }

    /// <summary>Reads tags, or addresses that are none: <c>tags</c> is a list of <c>{"name","address","type"}</c>.</summary>
    private Task<JsonNode> ReadAsync(JsonObject request)
    {
        var tags = (request["tags"] as JsonArray ?? [])
            .Select(t => new TagDefinition((string)t!["name"]!, (string)t["address"]!, (string?)t["type"])).ToList();
        return AskAsync<JsonNode>(Find(request), async (driver, cancel) =>
        {
            var reader = driver.Prepare(tags);
            var buffer = new ScanBuffer([.. tags.Select((t, i) => new Tag(i, t.Name, ""))]);
            buffer.Reset(time.GetUtcNow().UtcDateTime);
            await reader.ReadAsync(buffer, cancel).ConfigureAwait(false);
            return new JsonArray([.. Enumerable.Range(0, buffer.Count).Select(i => Sample(buffer, i))]);
        });
    }

    private Task<JsonNode> BrowseAsync(JsonObject request)
    {
        var device = Find(request);
        return AskAsync<JsonNode>(device, async (driver, cancel) =>
        {
            if (driver is not IBrowsable browsable) throw new RefusedException($"the driver {device.Model.Driver} cannot browse");
            var entries = await browsable.BrowseAsync(cancel).ConfigureAwait(false);
            return new JsonArray([.. entries.Select(e => new JsonObject
            {
                ["address"] = e.Address, ["kind"] = e.Kind, ["bytes"] = e.Bytes, ["description"] = e.Description,
            })]);
        });
    }

    private static JsonObject State(DeviceRunner device) => new()
    {
        ["state"] = device.Status.State.ToString(),
        ["reason"] = device.Status.Reason,
        ["facts"] = new JsonArray([.. device.Status.Facts.Select(f =>
            new JsonObject { ["name"] = f.Name, ["text"] = f.Text, ["wrong"] = f.IsWrong })]),
    };

    private static JsonObject Sample(ScanBuffer buffer, int index)
    {
        var sample = buffer.Samples[index];
        return new JsonObject { ["value"] = JsonValues.Of(sample.Value), ["quality"] = (int)sample.Quality, ["reason"] = buffer.Reason(index) };
    }

    /// <summary>What goes wrong at the device is the answer to who asked, not the host's business.</summary>
    private static async Task<T> AskAsync<T>(DeviceRunner device, Func<IDriver, CancellationToken, ValueTask<T>> question)
    {
        try
        {
            return await device.AskAsync(question).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw new ControlException(DriverFault.Describe(exception));
        }
    }

    private DeviceRunner Find(JsonObject request)
    {
        var name = Text(request, "device");
        return devices.FirstOrDefault(d => d.Name == name)
            ?? throw new ControlException($"no device \"{name}\" in the running site{Nearest.Hint(name, devices.Select(d => d.Name))}");
    }

    private static string Text(JsonObject request, string key) => (string?)request[key] ?? throw new ControlException($"the command lacks \"{key}\"");
}
