using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;

namespace PlantRuntime.Tools.Client;

/// <summary>
/// Names the devices of the API, and reads tags through the host that runs the site, for <c>plant read</c> and <c>plant doctor</c>. Keeps
/// no state.
/// </summary>
internal static class DeviceClient
{
    /// <summary>Returns the path of a device in the API; further parts follow it.</summary>
    public static string PathOf(string device) => $"/api/devices/{Uri.EscapeDataString(device)}";

    /// <summary>Fills the group's buffer with values that the running host reads now, before scale and range.</summary>
    /// <exception cref="SiteClientException">No host runs the site, or the device did not answer.</exception>
    public static async Task ReadAsync(string folder, string device, ScanGroup group, CancellationToken cancel)
    {
        var tags = group.Definitions.Select(t => new JsonObject { ["name"] = t.Name, ["address"] = t.Address, ["type"] = t.Type });
        var request = new JsonObject { ["tags"] = new JsonArray([.. tags]) };
        var answers = (await SiteClient.PostAsync(folder, $"{PathOf(device)}/read", request, cancel).ConfigureAwait(false)).AsArray();
        for (var i = 0; i < answers.Count; i++)
        {
            var (answer, quality) = (answers[i]!, (Quality)(int)answers[i]!["quality"]!);
            if (quality == Quality.Good) group.Buffer.Good(i, JsonValues.Parse(answer["value"]));
            else group.Buffer.Bad(i, quality, (string?)answer["reason"] ?? "");
        }
    }
}
