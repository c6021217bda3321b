using System.CommandLine;
using System.Net;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Tools.Client;
using PlantRuntime.Tools.Doctor;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant doctor</c>: tests each device and sink of a site, or one of them, step by step, one after the other, and gives
/// advice where a step fails. Runs once per process; writes nothing to a device or sink. The tests are in <c>Tools/Doctor</c>.
/// </summary>
internal static class DoctorCommand
{
    private const int MaxRemedies = 1000;

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create(", or the address of one device or line");
        var name = new Argument<string?>("name") { Description = "Device or sink; all without it", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("doctor", """
            Test each device and sink of a site, or one of them, and give advice where a step fails.
            A device: name, port, the steps that its driver knows, handshake, the properties that it reports, tags. If a host runs the
            site, its connections are used, otherwise new ones.
            A sink: name, port, TLS, login, rights and tables, folder and disk, as far as its plugin can know without storing a record.
            Exit code 1 when something failed.
            The address of one device has its options: modbus://192.168.0.10:502?unit=1. On a serial line the units are searched for,
            Ctrl-C ends the search: modbus:///dev/ttyUSB0?baud=9600
            """) { site, name };
        command.SetAction((result, cancel) => DeviceAddress.IsAddress(result.GetValue(site)!)
            ? AddressDiagnosis.RunAsync(result.GetValue(site)!, Console.Out, Console.Error, cancel)
            : RunAsync(result.GetValue(site)!, result.GetValue(name), Console.Out, Console.Error, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string folder, string? name, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (folder.Contains('.', StringComparison.Ordinal) && IPEndPoint.TryParse(folder, out _) && !Directory.Exists(folder))
        {
            errors.WriteLine($"an address begins with its driver: modbus://{folder}");
            return 1;
        }

        using var site = SiteContext.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, new TextWriterTarget(errors)),
            errors);
        if (site is null) return 1;
        var devices = site.Model.Devices.Where(d => name is null || d.Name == name).ToList();
        var sinks = site.Model.Sinks.Where(s => name is null || s.Name == name).ToList();
        if (name is not null && devices.Count + sinks.Count == 0)
        {
            var known = site.Model.Devices.Select(d => d.Name).Concat(site.Model.Sinks.Select(s => s.Name)).ToList();
            errors.WriteLine(LogText.Sanitize($"no device or sink \"{name}\" in {site.Model.Name}"
                + Nearest.DidYouMean(name, known, $": there are {string.Join(", ", known)}")));
            return 1;
        }

        List<Problem> problems =
            [.. site.Factory.Missing(site.Plugins), .. (await site.Factory.CheckAsync(site.Plugins).ConfigureAwait(false)).All];
        SiteContext.Print(problems, errors);
        if (problems.Count > 0)
        {
            errors.WriteLine("nothing was asked: correct the settings first");
            return 1;
        }

        var isRunning = SiteClient.IsRunning(site.Model.Folder);
        output.WriteLine(isRunning ? "a host runs this site: devices are asked through it"
            : "no host runs this site: devices are asked directly");
        var (badDevices, badSinks) = (0, 0);
        foreach (var model in devices)
            badDevices += await DiagnoseAsync(site, model, isRunning, output, cancel).ConfigureAwait(false) ? 0 : 1;
        foreach (var model in sinks)
            badSinks += await DiagnoseAsync(site, model, isRunning, output, cancel).ConfigureAwait(false) ? 0 : 1;
        output.WriteLine();
        Summarize(badDevices, devices.Count, "device", output);
        Summarize(badSinks, sinks.Count, "sink", output);
        return badDevices + badSinks == 0 ? 0 : 1;
    }

    private static void Summarize(int bad, int all, string kind, TextWriter output)
    {
        if (all == 0) return;
        output.WriteLine(bad == 0 ? $"{Plural.Format(all, kind)}: all well"
            : $"{bad} of {Plural.Format(all, kind)} {(bad == 1 ? "needs" : "need")} help");
    }

    private static async Task<bool> DiagnoseAsync(SiteContext site, SinkModel model, bool isRunning, TextWriter output,
        CancellationToken cancel)
    {
        var sink = SinkDiagnosis.Open(site.Plugins, site.Factory, model);
        await using var closing = sink.ConfigureAwait(false);
        output.WriteLine();
        var place = (sink as IDiagnosableSink)?.Endpoint is { } at ? $", {LogText.Sanitize(at)}" : "";
        output.WriteLine($"{model.Name} ({model.Sink}{place})");
        var isWell = true;
        try
        {
            var worksInHost = !isRunning
                || Print(await SinkDiagnosis.AskHostAsync(model, site.Model.Folder, cancel).ConfigureAwait(false), output);
            await foreach (var step in SinkDiagnosis.RunAsync(sink, model, cancel).ConfigureAwait(false)) isWell &= Print(step, output);

            // A restart by name would close a device of the same name, too.
            if (isWell && !worksInHost && site.Model.Devices.All(d => d.Name != model.Name))
                Print(await SinkDiagnosis.RetryAsync(model, site.Model.Folder, cancel).ConfigureAwait(false), output);
            isWell &= worksInHost;
        }
        catch (SiteClientException exception)
        {
            isWell = Print(new DiagnosisStep("host", false, exception.Message, "ask again"), output);
        }

        return isWell;
    }

    private static async Task<bool> DiagnoseAsync(SiteContext site, DeviceModel model, bool isRunning, TextWriter output,
        CancellationToken cancel)
    {
        var device = StandaloneDevice.Open(site.Plugins, site.Factory, model);
        await using var closing = device.ConfigureAwait(false);
        output.WriteLine();
        output.WriteLine($"{model.Name} ({model.Driver}, {LogText.Sanitize(device.Driver.Endpoint)})");
        var isWell = true;
        try
        {
            var steps = isRunning
                ? HostDiagnosis.RunAsync(device, model, site.Model.Folder, cancel)
                : DeviceDiagnosis.RunAsync(device, model, site.Time, cancel);
            await foreach (var step in steps.ConfigureAwait(false)) isWell &= Print(step, output);
        }
        catch (SiteClientException exception)
        {
            isWell = Print(new DiagnosisStep("host", false, exception.Message,
                "restart the host with the site.toml as it is now, or ask again"), output);
        }

        return isWell;
    }

    /// <summary>Prints a step. A plugin can leave out any part of it.</summary>
    public static bool Print(DiagnosisStep step, TextWriter output)
    {
        output.WriteLine(
            $"  {(step.IsGood ? "ok  " : "FAIL")}  {LogText.Sanitize(step.Name ?? ""),-9}  {LogText.Sanitize(step.Found ?? "")}");
        foreach (var remedy in (step.Remedies ?? []).Take(MaxRemedies))
            output.WriteLine($"                   {LogText.Sanitize(remedy ?? "")}");
        return step.IsGood;
    }
}
