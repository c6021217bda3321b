using System.CommandLine;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// <c>plant read</c>: tags or addresses of a device, once. A PLC has few connections, so a running host is asked where there is one.
/// </summary>
internal static class ReadCommand
{
    public static Command Make()
    {
        var (site, device) = (SiteArgument.MakeRequired(), SiteArgument.MakeDevice());
        var tags = new Argument<string[]>("tag") { Description = "Tags to show (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var addresses = new Option<string[]>("--address") { Description = "Address that is no tag: DB500.DBD2:REAL; may be given again" };
        var command = new Command("read", """
            Read a device once and print its tags, or any address of it. Through the running host where there is one.
            Exit code 1 when a tag is bad or the device does not answer.
            """) { site, device, tags, addresses };
        command.SetAction((result, cancel) => DeviceSite.UseAsync(result.GetValue(site)!, result.GetValue(device)!, Console.Error, (opened, model) =>
            RunAsync(opened, model, result.GetValue(tags) ?? [], result.GetValue(addresses) ?? [], Console.Out, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(
        OpenSite site, DeviceModel device, string[] names, string[] addresses, TextWriter output, CancellationToken cancel)
    {
        if (names.FirstOrDefault(name => device.Tags.All(t => t.Name != name)) is { } unknown)
            throw new RefusedException($"no tag \"{unknown}\"{Nearest.Hint(unknown, device.Tags.Select(t => t.Name))}");
        TagModel[] wanted =
        [
            .. device.Tags.Where(t => names.Length + addresses.Length == 0 || names.Contains(t.Name)),
            .. addresses.Select(a => new TagModel { Name = a, Address = a, At = device.At, AddressAt = device.At }),
        ];
        var group = new ScanGroup(wanted.Select((t, i) => (t, new Tag(i, t.Name, device.Name, t.Unit, t.Description))), device.Poll, site.Time);
        if (ControlClient.IsRunning(site.Model.Folder)) await AskAsync(site.Model.Folder, device.Name, group, cancel).ConfigureAwait(false);
        else await ReadAsync(site, device, group, cancel).ConfigureAwait(false);
        group.Refine();
        var samples = group.Buffer.Samples.ToArray();
        TextTable.Write(output, ["TAG", "VALUE", "UNIT", "QUALITY", "REASON"],
            samples.Select((s, i) => new[]
            {
                s.Tag.Name, s.Value.IsNull ? "-" : s.Value.ToString(), s.Tag.Unit, s.Quality.ToText(), group.Buffer.Reason(i) ?? "",
            }));
        return samples.All(s => s.Quality == Quality.Good) ? 0 : 1;
    }

    private static async Task ReadAsync(OpenSite site, DeviceModel model, ScanGroup group, CancellationToken cancel)
    {
        var device = DirectDevice.Open(site, model);
        await using var closing = device.ConfigureAwait(false);
        var reader = device.Driver.Prepare(group.Definitions);
        await device.ConnectAsync(cancel).ConfigureAwait(false);
        await device.ReadAsync(reader, group.Buffer, site.Time, cancel).ConfigureAwait(false);
    }

    /// <summary>Fills the group with what the running host reads.</summary>
    public static async Task AskAsync(string folder, string device, ScanGroup group, CancellationToken cancel)
    {
        var tags = group.Definitions.Select(t => new JsonObject { ["name"] = t.Name, ["address"] = t.Address, ["type"] = t.Type });
        var command = new JsonObject { ["command"] = "device-read", ["device"] = device, ["tags"] = new JsonArray([.. tags]) };
        var answers = (await ControlClient.AskAsync(folder, command, cancel).ConfigureAwait(false)).AsArray();
        for (var i = 0; i < answers.Count; i++)
        {
            var (answer, quality) = (answers[i]!, (Quality)(int)answers[i]!["quality"]!);
            if (quality == Quality.Good) group.Buffer.Good(i, JsonValues.Parse(answer["value"]));
            else group.Buffer.Bad(i, quality, (string?)answer["reason"] ?? "");
        }
    }
}
