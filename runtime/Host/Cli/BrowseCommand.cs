using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant browse</c>: what a device has.</summary>
internal static class BrowseCommand
{
    public static Command Make()
    {
        var (site, device) = (SiteArgument.MakeRequired(), SiteArgument.MakeDevice());
        var command = new Command("browse", """
            List what a device has: the blocks of an S7 CPU, for instance.
            Through the running host where there is one: then scans wait until it is done, and it must be done within the device's timeout.
            """) { site, device };
        command.SetAction((result, cancel) => DeviceSite.UseAsync(
            result.GetValue(site)!, result.GetValue(device)!, Console.Error, (opened, model) => RunAsync(opened, model, Console.Out, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(OpenSite site, DeviceModel device, TextWriter output, CancellationToken cancel)
    {
        var isRunning = ControlClient.IsRunning(site.Model.Folder);
        var browsing = isRunning ? AskAsync(site.Model.Folder, device.Name, cancel) : BrowseAsync(site, device, cancel);
        var entries = await browsing.ConfigureAwait(false);
        TextTable.Write(output, ["ADDRESS", "KIND", "BYTES", "DESCRIPTION"],
            entries.Select(e => new[] { e.Address, e.Kind, e.Bytes?.ToString(CultureInfo.InvariantCulture) ?? "-", e.Description }));
        output.WriteLine($"{entries.Count} in {device.Name}, asked {(isRunning ? "through the running host" : "directly")}");
        return 0;
    }

    private static async Task<IReadOnlyList<BrowseEntry>> BrowseAsync(OpenSite site, DeviceModel model, CancellationToken cancel)
    {
        var device = DirectDevice.Open(site, model);
        await using var closing = device.ConfigureAwait(false);
        if (device.Driver is not IBrowsable browsable) throw new RefusedException($"the driver {model.Driver} cannot browse");
        await device.ConnectAsync(cancel).ConfigureAwait(false);
        return await browsable.BrowseAsync(cancel).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<BrowseEntry>> AskAsync(string folder, string device, CancellationToken cancel)
    {
        var command = new JsonObject { ["command"] = "device-browse", ["device"] = device };
        var entries = await ControlClient.AskAsync(folder, command, cancel).ConfigureAwait(false);
        return [.. entries.AsArray().Select(e =>
            new BrowseEntry((string)e!["address"]!, (string)e["kind"]!, (int?)e["bytes"], (string)e["description"]!))];
    }
}
