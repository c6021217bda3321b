using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant handover</c>: ends the active host of a pair in order and waits until the other one is active. Runs once per
/// process.
/// </summary>
internal static class HandoverCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(250);

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var command = new Command("handover", """
            Hand the site over to the host that waits for its lease, in order: devices end, the state of the recipes is copied,
            sinks deliver what they can, then the lease is released. Run it where the site is active.

            Exit code 0: the other host is active. 1: it is not, or no other host waits; then nothing was changed. 2: no host runs the site.
            """) { site };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, Console.Out, Console.Error, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string site, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        try
        {
            var folder = Path.GetFullPath(site);
            var result = await SiteClient.PostAsync(folder, "/api/handover", null, cancel).ConfigureAwait(false);
            var (from, to) = ((string)result["from"]!, (string)result["to"]!);
            await output.WriteLineAsync(LogText.Sanitize($"{from} hands over to {to}")).ConfigureAwait(false);
            if (await WhenOtherIsActiveAsync(folder, cancel).ConfigureAwait(false) is { } active)
            {
                await output.WriteLineAsync(LogText.Sanitize($"{active} is active")).ConfigureAwait(false);
                return 0;
            }

            var failure = $"no other host is active after {s_patience.TotalSeconds:0} s: see its log; this one tries again too";
            await errors.WriteLineAsync(failure).ConfigureAwait(false);
            return 1;
        }
        catch (SiteClientException exception)
        {
            await errors.WriteLineAsync(LogText.Sanitize(exception.Message)).ConfigureAwait(false);
            return exception.IsNotRunning ? 2 : 1;
        }
    }

    /// <summary>Waits until this host, as a standby, sees another active one; null if that takes too long.</summary>
    private static async Task<string?> WhenOtherIsActiveAsync(string folder, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_patience)
        {
            await Task.Delay(s_every, cancel).ConfigureAwait(false);
            try
            {
                var status = await SiteClient.GetAsync(folder, "/api/status", cancel).ConfigureAwait(false);
                if (status["lease"] is JsonObject lease && (string?)lease["state"] == "standby" && (string?)lease["active"] is { } active)
                    return active;
            }
            catch (SiteClientException)
            {
                // The host ends and begins again as a standby.
            }
        }

        return null;
    }
}
