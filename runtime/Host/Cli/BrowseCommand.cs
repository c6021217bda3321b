using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Client;
using PlantRuntime.Tools.Doctor;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant browse</c>: lists the data of a device, through the running host if there is one, otherwise over its own connection.
/// Runs once per process; writes nothing to the device. It holds a page of the list at a time.
/// </summary>
internal static class BrowseCommand
{
    private const int RowsPerPage = 1000;
    private const int ProgressEvery = 10_000;

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var (site, device) = (SiteArgument.CreateRequired(), SiteArgument.CreateDevice());
        var csv = new Option<bool>("--csv") { Description = "Write a tag table that tags = \"….csv\" accepts unchanged" };
        var under = new Option<string?>("--under") { Description = "Begin at this address: a node, a program, a structure" };
        var depth = new Option<int?>("--depth") { Description = "Levels below the beginning" };
        var filter = new Option<string?>("--filter")
        {
            Description = "Only what has this text in address, name or description; * and ? stand for any characters",
        };
        var skip = new Option<int>("--skip") { Description = "Leave out so many entries" };
        var take = new Option<int?>("--take") { Description = "Stop after so many entries" };
        var command = new Command("browse", """
            List the data of a device: the tags of a Rockwell controller, the nodes of an OPC UA server, the blocks of an S7 CPU.
            If a host runs the site, it lists them between its scans, and each part must come within the device's timeout.
            """) { site, device, csv, under, depth, filter, skip, take };
        command.SetAction((result, cancel) => DeviceCommand.UseAsync(result.GetValue(site)!, result.GetValue(device)!, Console.Error,
            (opened, model) => RunAsync(opened, model, result.GetValue(csv),
                new BrowseScope(result.GetValue(under), result.GetValue(depth)),
                new EntrySelection(result.GetValue(filter), result.GetValue(skip), result.GetValue(take)), Console.Out, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(SiteContext site, DeviceModel device, bool asTable, BrowseScope scope, EntrySelection selection,
        TextWriter output, CancellationToken cancel)
    {
        var isRunning = SiteClient.IsRunning(site.Model.Folder);
        var entries = isRunning ? AskAsync(site.Model.Folder, device.Name, scope, cancel) : BrowseAsync(site, device, scope, cancel);
        var opened = StandaloneDevice.Open(site.Plugins, site.Factory, device);
        await using var closing = opened.ConfigureAwait(false);
        var table = asTable ? new BrowsedTagTable(opened.Driver, output) : null;
        var page = new List<BrowseEntry>();
        var listed = 0;
        await foreach (var entry in entries.ConfigureAwait(false))
        {
            if (++listed % ProgressEvery == 0) Console.Error.WriteLine($"{listed} entries so far");
            if (!selection.Takes(entry)) continue;
            page.Add(entry);
            if (page.Count == RowsPerPage) Write(page, table, output);
            if (selection.IsFull) break;
        }

        Write(page, table, output);
        if (table is { Rows: 0 })
            throw new RefusedException($"none of the {listed} entries of {device.Name} is a tag: browse without --csv shows them");
        if (table is null)
            output.WriteLine($"{selection.Taken} in {device.Name}, asked {(isRunning ? "through the running host" : "directly")}");
        return 0;
    }

    private static void Write(List<BrowseEntry> page, BrowsedTagTable? table, TextWriter output)
    {
        if (table is not null)
        {
            table.Write(page);
        }
        else if (page.Count > 0)
        {
            TextTable.Write(output, ["ADDRESS", "KIND", "BYTES", "DESCRIPTION"],
                page.Select(e => new[] { e.Address, e.Kind, e.Bytes?.ToString(CultureInfo.InvariantCulture) ?? "-", e.Description }));
        }

        page.Clear();
    }

    private static async IAsyncEnumerable<BrowseEntry> BrowseAsync(
        SiteContext site, DeviceModel model, BrowseScope scope, [EnumeratorCancellation] CancellationToken cancel)
    {
        var device = StandaloneDevice.Open(site.Plugins, site.Factory, model);
        await using var closing = device.ConfigureAwait(false);
        if (device.Driver is not IBrowsable browsable) throw new RefusedException($"the driver {model.Driver} cannot browse");
        await device.ConnectAsync(cancel).ConfigureAwait(false);
        await foreach (var entry in browsable.BrowseAsync(scope, cancel).ConfigureAwait(false)) yield return entry;
    }

    private static async IAsyncEnumerable<BrowseEntry> AskAsync(
        string folder, string device, BrowseScope scope, [EnumeratorCancellation] CancellationToken cancel)
    {
        List<string> query = [];
        if (scope.Depth is { } depth) query.Add(string.Create(CultureInfo.InvariantCulture, $"depth={depth}"));
        if (scope.Root is { } root) query.Add($"root={Uri.EscapeDataString(root)}");
        var path = $"{DeviceClient.PathOf(device)}/browse" + (query.Count == 0 ? "" : $"?{string.Join('&', query)}");
        using var answer = await SiteClient.OpenAsync(folder, HttpMethod.Get, path, null, cancel).ConfigureAwait(false);
        while (await answer.Lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
        {
            var entry = JsonNode.Parse(line)!;
            if (entry["end"] is not null) yield break;
            if (entry["error"] is { } error) throw new SiteClientException((string)error!);
            var (address, kind) = ((string)entry["address"]!, (string)entry["kind"]!);
            yield return new BrowseEntry(address, kind, (int?)entry["bytes"], (string)entry["description"]!)
            {
                Name = (string?)entry["name"], Unit = (string?)entry["unit"], Low = (double?)entry["low"], High = (double?)entry["high"],
            };
        }

        throw new SiteClientException("the host ended before the list was complete");
    }
}
