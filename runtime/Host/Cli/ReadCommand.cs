using System.CommandLine;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Client;
using PlantRuntime.Tools.Doctor;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant read</c>: reads tags or addresses of a device once. A PLC accepts few connections, so a running host reads them over
/// its own connection; without a host the command connects itself. Runs once per process; writes nothing to the device.
/// </summary>
internal static class ReadCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var (site, device) = (SiteArgument.CreateRequired(), SiteArgument.CreateDevice());
        var tags = new Argument<string[]>("tag") { Description = "Tags to show (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var addresses = new Option<string[]>("--address")
            { Description = "Address that is not a tag: DB500.DBD2:REAL; may be given again" };
        var command = new Command("read", """
            Read a device once and print its tags, or any address of it. If a host runs the site, it reads them.
            Exit code 1 when a tag is bad or the device does not answer.
            """) { site, device, tags, addresses };
        command.SetAction(
            (result, cancel) => DeviceCommand.UseAsync(result.GetValue(site)!, result.GetValue(device)!, Console.Error, (opened, model) =>
            RunAsync(opened, model, result.GetValue(tags) ?? [], result.GetValue(addresses) ?? [], Console.Out, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(
        SiteContext site, DeviceModel device, string[] names, string[] addresses, TextWriter output, CancellationToken cancel)
    {
        if (names.FirstOrDefault(name => device.Tags.All(t => t.Name != name)) is { } unknown)
            throw new RefusedException($"no tag \"{unknown}\"{Nearest.DidYouMean(unknown, device.Tags.Select(t => t.Name))}");
        TagModel[] wanted =
        [
            .. device.Tags.Where(t => names.Length + addresses.Length == 0 || names.Contains(t.Name)),
            .. addresses.Select(a => new TagModel { Name = a, Address = a, At = device.At, AddressAt = device.At }),
        ];
        var group = new ScanGroup(wanted.Select((t, i) => (t, new Tag(i, t.Name, device.Name, t.Unit, t.Description))), device.Poll);
        if (SiteClient.IsRunning(site.Model.Folder))
            await DeviceClient.ReadAsync(site.Model.Folder, device.Name, group, cancel).ConfigureAwait(false);
        else await ReadAsync(site, device, group, cancel).ConfigureAwait(false);
        group.ApplyScaleAndRange();
        var samples = group.Buffer.Samples.ToArray();
        TextTable.Write(output, ["TAG", "VALUE", "UNIT", "QUALITY", "REASON"],
            samples.Select((s, i) => new[]
            {
                s.Tag.Name, ValueText.Format(s.Value), s.Tag.Unit, s.Quality.ToText(), group.Buffer.Reason(i) ?? "",
            }));
        return samples.All(s => s.Quality == Quality.Good) ? 0 : 1;
    }

    private static async Task ReadAsync(SiteContext site, DeviceModel model, ScanGroup group, CancellationToken cancel)
    {
        var device = StandaloneDevice.Open(site.Plugins, site.Factory, model);
        await using var closing = device.ConfigureAwait(false);
        var reader = OnDemand.Prepare(device.Driver, model.Name, group.Definitions);
        await device.ConnectAsync(cancel).ConfigureAwait(false);
        await device.ReadAsync(reader, group.Buffer, site.Time, cancel).ConfigureAwait(false);
    }
}
