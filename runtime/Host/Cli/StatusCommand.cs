using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant status</c>: prints the state of a running site, which its exit code tells too. Runs once per process; asks the host
/// once and never a device.
/// </summary>
internal static class StatusCommand
{
    private const int Healthy = 0;
    private const int Unhealthy = 1;
    private const int NotRunning = 2;
    private const int WidthOfFiles = 100;
    private static readonly JsonSerializerOptions s_json = new()
        { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var json = new Option<bool>("--json") { Description = "Print the document of GET /api/status (docs/api.md)" };
        var command = new Command("status", """
            Print the state of a running site: devices, mirrors, sinks, recipes and queue, each with the reason for its state
            and the next step.

            Exit code 0: the site is healthy, or waits as a standby. 1: a part does not work, the host starts, or it does not answer.
            2: no host runs the site.
            """) { site, json };
        command.SetAction((result, cancel) =>
            RunAsync(result.GetValue(site)!, result.GetValue(json), Console.Out, Console.Error, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string site, bool isJson, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (SiteArgument.WhyNoSite(site) is { } reason)
        {
            await errors.WriteLineAsync(reason).ConfigureAwait(false);
            return NotRunning;
        }

        try
        {
            var status = await SiteClient.GetSoonAsync(Path.GetFullPath(site), "/api/status", cancel).ConfigureAwait(false);
            if (status["ready"] is not { } ready)
                throw new SiteClientException("this host is of another version: it does not say whether it is ready");
            var text = isJson ? LogText.SanitizeLines(status.ToJsonString(s_json), int.MaxValue)
                : string.Join(Environment.NewLine, StatusText.Lines(status, site, Width()));
            await output.WriteLineAsync(text).ConfigureAwait(false);
            return (string?)ready is "ready" or "standby" ? Healthy : Unhealthy;
        }
        catch (SiteClientException exception)
        {
            await errors.WriteLineAsync(LogText.Sanitize(exception.Message)).ConfigureAwait(false);
            return exception.IsNotRunning ? NotRunning : Unhealthy;
        }
    }

    private static int Width() => Console.IsOutputRedirected || Console.WindowWidth <= 0 ? WidthOfFiles : Console.WindowWidth;
}
