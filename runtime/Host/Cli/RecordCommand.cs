using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;
using PlantRuntime.Tools.Recording;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant record</c>: writes the scans of a running site's devices to a file. The host sends them and never touches the file,
/// so that a full disk affects this command alone. Runs once per process, one loop; a signal or <c>--for</c> ends it.
/// </summary>
internal static class RecordCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var duration = DurationOption.Create("--for", "End after this time, for instance 10min (default: at Ctrl-C)");
        var devices = new Option<string[]>("--devices") { Description = "Devices to record, with commas between (default: all)" };
        var to = new Option<string?>("--to")
        {
            Description = "File to write, compressed when it ends in .gz (default: captures/<time>.jsonl.gz of the site)",
        };
        var mask = new Option<string[]>("--mask")
        {
            Description = "Tags whose values are hidden, as device.tag with * and ?; may be given again",
        };
        var command = new Command("record", """
            Record the scans of a running site's devices as lines of JSON. Ctrl-C ends the recording and completes the file.
            Exit code 1 when no host runs the site, or the host ends before the recording does.
            """) { site, duration, devices, to, mask };
        command.SetAction(async (result, _) =>
        {
            try
            {
                return await RunAsync(Path.GetFullPath(result.GetValue(site)!), Request(result.GetValue(devices), result.GetValue(mask)),
                    result.GetValue(to), result.GetValue(duration)).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SiteClientException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(LogText.Sanitize(exception.Message));
                return 1;
            }
        });
        return command;
    }

    private static JsonObject Request(string[]? devices, string[]? mask) => new()
    {
        ["devices"] = new JsonArray([.. (devices ?? [])
            .SelectMany(d => d.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(d => JsonValue.Create(d.Trim()))]),
        ["mask"] = new JsonArray([.. (mask ?? []).Select(m => JsonValue.Create(m))]),
    };

    private static async Task<int> RunAsync(string folder, JsonObject request, string? to, TimeSpan? duration)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ShutdownSignals.Register());
        using var answer = await SiteClient.OpenAsync(folder, HttpMethod.Post, "/api/recordings", request, CancellationToken.None)
            .ConfigureAwait(false);
        var head = await answer.Lines.ReadLineAsync().ConfigureAwait(false)
            ?? throw new SiteClientException("the host ended before it answered");
        var started = (DateTime)JsonNode.Parse(head)!["started"]!;
        to ??= Path.Combine(folder, "captures", started.ToString("yyyy-MM-dd'T'HHmmss'Z.jsonl.gz'", CultureInfo.InvariantCulture));
        using var file = new CaptureFile(to);
        file.Add(head);
        if (duration is { } time) stop.CancelAfter(time);
        var end = stop.Token.Register(() => _ = EndAsync(folder, answer.Location!));
        await using var ending = end.ConfigureAwait(false);
        var (scans, lost) = await CopyAsync(answer.Lines, file).ConfigureAwait(false);
        file.Complete();
        Console.WriteLine($"{scans} scans, {FormatSize(file)} in {to}");
        if (lost > 0) Console.Error.WriteLine($"{lost} scans are missing: this side was too slow to take them");
        if (lost is null) Console.Error.WriteLine("the host ended before the recording did: the scans until then are in the file");
        return lost is null ? 1 : 0;
    }

    /// <summary>Asks the host to end the recording, which then sends its last lines. A host that has ended needs no request.</summary>
    private static async Task EndAsync(string folder, string recording)
    {
        try
        {
            using var response = await SiteClient.OpenAsync(folder, HttpMethod.Delete, recording, null, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (SiteClientException)
        {
            // The lines end without their last one, which is reported.
        }
    }

    /// <summary>Copies the lines of the host to the file until the line with the number of lost scans.</summary>
    /// <returns>The number of scans written, and the number that the host lost; null if the host ended before
    /// it sent that number.</returns>
    private static async Task<(long Scans, long? Lost)> CopyAsync(StreamReader lines, CaptureFile file)
    {
        var every = TimeSpan.FromSeconds(Console.IsOutputRedirected ? 10 : 1);
        var (scans, printed) = (0L, TimeProvider.System.GetTimestamp());
        try
        {
            while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (line.StartsWith("{\"lost\":", StringComparison.Ordinal)) return (scans, (long)JsonNode.Parse(line)!["lost"]!);
                file.Add(line);
                scans++;
                if (TimeProvider.System.GetElapsedTime(printed) < every) continue;
                printed = TimeProvider.System.GetTimestamp();
                Console.Write($"{scans} scans, {FormatSize(file)}{(Console.IsOutputRedirected ? "\n" : "  \r")}");
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The host has ended.
        }

        return (scans, null);
    }

    private static string FormatSize(CaptureFile file) => file.Size switch
    {
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{file.Size / 1024.0:0} KB"),
        var size => string.Create(CultureInfo.InvariantCulture, $"{size / 1048576.0:0.0} MB"),
    };
}
