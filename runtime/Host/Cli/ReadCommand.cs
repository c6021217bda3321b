using System.CommandLine;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant read</c>: one scan of a device, without recipes and sinks.</summary>
internal static class ReadCommand
{
    public static Command Make()
    {
        var site = new Argument<string>("site") { Description = "Folder of the site" };
        var device = new Argument<string>("device") { Description = "Name of a device in its site.toml" };
        var tags = new Argument<string[]>("tag") { Description = "Tags to show (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("read", "Read a device once and print its tags. Exit code 1 when a tag is bad or the device does not answer.") { site, device, tags };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, result.GetValue(device)!, result.GetValue(tags)!, Console.Out, Console.Error, cancel));
        return command;
    }

    public static async Task<int> RunAsync(
        string folder, string deviceName, string[] tagNames, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        using var site = OpenSite.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, new ConsoleTarget(errors)), errors);
        if (site is null) return 1;
        if (site.Model.Devices.FirstOrDefault(d => d.Name == deviceName) is not { } device)
            return Fail($"no device \"{deviceName}\" in {folder}{Nearest.Hint(deviceName, site.Model.Devices.Select(d => d.Name))}");
        foreach (var name in tagNames)
        {
            if (device.Tags.All(t => t.Name != name))
                return Fail($"no tag \"{name}\" in device {device.Name}{Nearest.Hint(name, device.Tags.Select(t => t.Name))}");
        }

        var problems = new List<Problem>();
        if (site.Plugins.Driver(device.Driver) is not { } plugin)
        {
            foreach (var problem in site.Opener.Missing(site.Plugins).Where(p => p.At == device.DriverAt)) errors.WriteLine(problem);
            return 1;
        }

        if (site.Opener.Driver(device, plugin, problems) is not { } open) return Fail(string.Join(Environment.NewLine, problems));
        var wanted = device.Tags.Where(t => tagNames.Length == 0 || tagNames.Contains(t.Name)).ToList();
        try
        {
            return await ReadAsync(open(), device, wanted, site.Time, output, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Fail($"{device.Name}: no answer within {device.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Fail($"{device.Name}: {DriverFault.Describe(exception)}");
        }

        int Fail(string message)
        {
            errors.WriteLine(message);
            return 1;
        }
    }

    private static async Task<int> ReadAsync(
        IDriver driver, DeviceModel device, List<TagModel> wanted, TimeProvider time, TextWriter output, CancellationToken cancel)
    {
        await using var _ = driver.ConfigureAwait(false);
        var group = new ScanGroup(wanted.Select((t, i) => (t, new Tag(i, t.Name, device.Name, t.Unit, t.Description))), device.Poll, time);
        group.Reader = driver.Prepare(group.Definitions);
        await WithinAsync(device.Timeout, driver.ConnectAsync).ConfigureAwait(false);
        group.Buffer.Reset(time.GetUtcNow().UtcDateTime);
        await WithinAsync(device.Timeout, token => group.Reader.ReadAsync(group.Buffer, token)).ConfigureAwait(false);
        group.Refine();
        var samples = group.Buffer.Samples.ToArray();
        TextTable.Write(output, ["TAG", "VALUE", "UNIT", "QUALITY", "REASON"],
            samples.Select((s, i) => new[] { s.Tag.Name, s.Value.IsNull ? "-" : s.Value.ToString(), s.Tag.Unit, s.Quality.ToText(), group.Buffer.Reason(i) ?? "" }));
        return samples.All(s => s.Quality == Quality.Good) ? 0 : 1;

        async Task WithinAsync(TimeSpan limit, Func<CancellationToken, ValueTask> call)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            deadline.CancelAfter(limit);
            await call(deadline.Token).ConfigureAwait(false);
        }
    }
}
