using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Tools.Doctor;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant doctor</c> for the address of one device or line, without a site: searches the line if the driver can, or else tests
/// the device as one of a site. Keeps no state; writes nothing to a device.
/// </summary>
internal static class AddressDiagnosis
{
    /// <summary>Runs the diagnosis. Returns the exit code.</summary>
    public static async Task<int> RunAsync(string text, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (!DeviceAddress.TryParse(text, out var address, out var problem))
        {
            // A user and a password may stand before an @.
            errors.WriteLine($"{LogText.Sanitize(text[(text.LastIndexOf('@') + 1)..])}: {LogText.Sanitize(problem)}");
            return 1;
        }

        // Plugins of a site are code that the user has not asked for.
        var folder = Path.Combine(AppContext.BaseDirectory, "no-site");
        var (model, problems) = SiteFile.Read(Encoding.UTF8.GetBytes(address.SiteToml), folder, _ => null);
        if (model is null) return Refuse(problems, errors);
        using var site = SiteContext.Create(model, _ => new PlantLog(TimeProvider.System, LogLevel.Error, new TextWriterTarget(errors)));
        var missing = site.Factory.Missing(site.Plugins);
        if (missing.Count > 0) return Refuse(missing, errors);
        problems = [.. (await site.Factory.CheckAsync(site.Plugins).ConfigureAwait(false)).All];
        if (problems.Count > 0)
        {
            Refuse(problems, errors);
            errors.WriteLine("options follow the address, ?key=value&key=value; a device that needs more is tested in a site: "
                + "plant doctor SITE DEVICE");
            return 1;
        }

        var device = StandaloneDevice.Open(site.Plugins, site.Factory, model.Devices[0]);
        await using var closing = device.ConfigureAwait(false);
        output.WriteLine($"{model.Devices[0].Driver}, {LogText.Sanitize(device.Driver.Endpoint)}");
        var steps = device.Driver is IDiscoverable discoverable
            ? DriverDiagnosis.DiscoverAsync(discoverable, address.Given, new ErrorProgress(errors), cancel)
            : DeviceDiagnosis.RunAsync(device, model.Devices[0], site.Time, cancel);
        var isWell = true;
        try
        {
            await foreach (var step in steps.ConfigureAwait(false)) isWell &= DoctorCommand.Print(step, output);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            output.WriteLine("stopped; what was found until then is above");
            return 1;
        }

        return isWell ? 0 : 1;
    }

    // The position of a problem is in a text that the user did not write.
    private static int Refuse(IEnumerable<Problem> problems, TextWriter errors)
    {
        foreach (var problem in problems) errors.WriteLine(LogText.Sanitize(problem.Message));
        return 1;
    }

    /// <summary>Writes progress as lines, so that the output of the command holds results only.</summary>
    private sealed class ErrorProgress(TextWriter errors) : IProgress<string>
    {
        public void Report(string value) => errors.WriteLine($"  ..    {LogText.Sanitize(value)}");
    }
}
