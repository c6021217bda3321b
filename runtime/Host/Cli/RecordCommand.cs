using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Recording;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// <c>plant record</c>: what the devices of a running site deliver, in a file. The host sends it and never touches the file: a full disk is
/// this command's trouble alone.
/// </summary>
internal static class RecordCommand
{
    public static Command Make()
    {
        var site = SiteArgument.Make();
        var duration = DurationOption.Make("--for", "End after this time, for instance 10min (default: at Ctrl-C)");
        var devices = new Option<string[]>("--devices") { Description = "Devices to record, with commas between (default: all)" };
        var to = new Option<string?>("--to") { Description = "File to write, compressed when it ends in .gz (default: captures/<time>.jsonl.gz of the site)" };
        var mask = new Option<string[]>("--mask") { Description = "Tags whose values are hidden, as device.tag with * and ?; may be given again" };
        var command = new Command("record", """
            Record what the devices of a running site deliver, scan by scan, as lines of JSON. Ctrl-C ends it; the file is whole then too.
            Exit code 1 when no host runs the site, or the host ends before the recording does.
            """) { site, duration, devices, to, mask };
        command.SetAction(async (result, _) =>
        {
            try
            {
                return await RunAsync(Path.GetFullPath(result.GetValue(site)!), Request(result.GetValue(devices), result.GetValue(mask)),
                    result.GetValue(to), result.GetValue(duration)).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is ControlException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static JsonObject Request(string[]? devices, string[]? mask) => new()
    {
        ["command"] = "record",
        ["devices"] = new JsonArray([.. (devices ?? []).SelectMany(d => d.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(d => JsonValue.Create(d.Trim()))]),
        ["mask"] = new JsonArray([.. (mask ?? []).Select(m => JsonValue.Create(m))]),
    };

    private static async Task<int> RunAsync(string folder, JsonObject request, string? to, TimeSpan? duration)
    {
        using var stop = new CancellationTokenSource();
        using var signals = new EndSignals(stop);
        using var answer = await ControlClient.OpenAsync(folder, request, CancellationToken.None).ConfigureAwait(false);
        var started = (DateTime)answer.Head["started"]!;
        to ??= Path.Combine(folder, "captures", started.ToString("yyyy-MM-dd'T'HHmmss'Z.jsonl.gz'", CultureInfo.InvariantCulture));
        using var file = new CaptureFile(to);
        file.Add(answer.Head.ToJsonString());
        if (duration is { } time) stop.CancelAfter(time);
        var end = stop.Token.Register(answer.End);
        await using var ending = end.ConfigureAwait(false);
        var (scans, lost) = await CopyAsync(answer.Rest, file).ConfigureAwait(false);
        file.Complete();
        Console.WriteLine($"{scans} scans, {Size(file)} in {to}");
        if (lost > 0) Console.Error.WriteLine($"{lost} scans are missing: this side was too slow to take them");
        if (lost is null) Console.Error.WriteLine("the host ended before the recording did: what came until then is in the file");
        return lost is null ? 1 : 0;
    }

    /// <returns>The scans written; how many the host lost, or null when it did not come to say it.</returns>
    private static async Task<(long Scans, long? Lost)> CopyAsync(StreamReader lines, CaptureFile file)
    {
        var every = TimeSpan.FromSeconds(Console.IsOutputRedirected ? 10 : 1);
        var (scans, said) = (0L, TimeProvider.System.GetTimestamp());
        try
        {
            while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (line.StartsWith("{\"lost\":", StringComparison.Ordinal)) return (scans, (long)JsonNode.Parse(line)!["lost"]!);
                file.Add(line);
                scans++;
                if (TimeProvider.System.GetElapsedTime(said) < every) continue;
                said = TimeProvider.System.GetTimestamp();
                Console.Write($"{scans} scans, {Size(file)}{(Console.IsOutputRedirected ? "\n" : "  \r")}");
            }
        }
        catch (IOException exception) when (exception.InnerException is System.Net.Sockets.SocketException)
        {
            // The host is gone.
        }

        return (scans, null);
    }

    private static string Size(CaptureFile file) => file.Size switch
    {
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{file.Size / 1024.0:0} KB"),
        var size => string.Create(CultureInfo.InvariantCulture, $"{size / 1048576.0:0.0} MB"),
    };
}
