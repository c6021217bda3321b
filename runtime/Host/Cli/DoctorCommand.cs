using System.CommandLine;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant doctor</c>: each device of a site step by step, and what to do where it fails.</summary>
internal static class DoctorCommand
{
    public static Command Make()
    {
        var site = SiteArgument.Make();
        var command = new Command("doctor", """
            Examine each device of a site: name, port, handshake, what it says of itself, tags; and say what to do where that fails.
            Through the running host where there is one, otherwise over a connection of its own. Exit code 1 when something failed.
            """) { site };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, Console.Out, Console.Error, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string folder, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        using var site = OpenSite.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, new ConsoleTarget(errors)), errors);
        if (site is null) return 1;
        List<Problem> problems = [.. site.Opener.Missing(site.Plugins), .. await site.Opener.CheckAsync(site.Plugins).ConfigureAwait(false)];
        foreach (var problem in problems) errors.WriteLine(problem);
        if (problems.Count > 0)
        {
            errors.WriteLine("no device was asked: correct the settings first");
            return 1;
        }

        var isRunning = ControlClient.IsRunning(site.Model.Folder);
        output.WriteLine(isRunning ? "a host runs this site: devices are asked through it" : "no host runs this site: devices are asked directly");
        var failed = 0;
        foreach (var model in site.Model.Devices) failed += await ExamineAsync(site, model, isRunning, output, cancel).ConfigureAwait(false) ? 0 : 1;
        output.WriteLine();
        var devices = Counted.Of(site.Model.Devices.Count, "device");
        output.WriteLine(failed == 0 ? $"{devices}: all well" : $"{failed} of {devices} need help");
        return failed == 0 ? 0 : 1;
    }

    private static async Task<bool> ExamineAsync(OpenSite site, DeviceModel model, bool isRunning, TextWriter output, CancellationToken cancel)
    {
        var device = DirectDevice.Open(site, model);
        await using var closing = device.ConfigureAwait(false);
        output.WriteLine();
        output.WriteLine($"{model.Name} ({model.Driver}, {device.Driver.Endpoint})");
        var isWell = true;
        try
        {
            var steps = isRunning
                ? HostExam.RunAsync(device, model, site.Model.Folder, site.Time, cancel)
                : DeviceExam.RunAsync(device, model, site.Time, cancel);
            await foreach (var step in steps.ConfigureAwait(false)) isWell &= Show(step, output);
        }
        catch (ControlException exception)
        {
            isWell = Show(new ExamStep("host", false, exception.Message, "restart the host with the site.toml as it is now, or ask again"), output);
        }

        return isWell;
    }

    private static bool Show(ExamStep step, TextWriter output)
    {
        output.WriteLine($"  {(step.IsWell ? "ok  " : "FAIL")}  {step.Name,-9}  {step.Found}");
        foreach (var advice in step.Advice) output.WriteLine($"                   {advice}");
        return step.IsWell;
    }
}
