using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant trace</c>: shows the requests and replies between the running host and one device, with their bytes, as they pass.
/// Runs once per process; never connects to the device itself.
/// </summary>
internal static class TraceCommand
{
    private const int BytesPerLine = 16;

    // Bytes shown of one message.
    private const int MaxBytes = 4096;

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var (site, device) = (SiteArgument.CreateRequired(), SiteArgument.CreateDevice());
        var duration = DurationOption.Create("--for", "End after this time, for instance 10s (default: at Ctrl-C)");
        var json = new Option<bool>("--json") { Description = "One JSON object a line, as the API sends them" };
        var command = new Command("trace", """
            Show each request to a device of a running site and each reply, with its bytes, its meaning and its latency.
            Passwords, tokens and keys are hidden; messages of encrypted connections are shown before encryption.
            Exit code 1 when no host runs the site, or the host ends before the trace does.
            """) { site, device, duration, json };
        command.SetAction(async (result, cancel) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ShutdownSignals.Register(), cancel);
            return await RunAsync(Path.GetFullPath(result.GetValue(site)!), result.GetValue(device)!, result.GetValue(duration),
                result.GetValue(json), Console.Out, Console.Error, stop.Token).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Runs the command and returns the exit code.</summary>
    public static async Task<int> RunAsync(
        string folder, string device, TimeSpan? duration, bool asJson, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var request = new JsonObject();
        if (duration is { } time) request["for"] = $"{(long)Math.Ceiling(time.TotalMilliseconds)}ms";
        try
        {
            using var answer = await SiteClient.OpenAsync(
                folder, HttpMethod.Post, $"{DeviceClient.PathOf(device)}/trace", request, cancel).ConfigureAwait(false);
            while (await answer.Lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
            {
                var entry = JsonNode.Parse(line)!;
                var text = asJson ? line : Format(entry, device);
                await output.WriteLineAsync(text.AsMemory(), cancel).ConfigureAwait(false);
                await output.FlushAsync(cancel).ConfigureAwait(false);
                if (entry["end"] is not null) return 0;
            }

            throw new SiteClientException("the host ended before the trace did");
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (Exception exception) when (exception is SiteClientException or IOException)
        {
            await errors.WriteLineAsync(LogText.Sanitize(exception.Message)).ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>
    /// Formats a line of the API: the head of a message is time, direction, length, latency and meaning; its bytes follow, 16 a line.
    /// </summary>
    internal static string Format(JsonNode entry, string device)
    {
        if (entry["started"] is not null)
        {
            var head = $"tracing {device}; > is sent to the device, < comes from it, ** is hidden; Ctrl-C ends";
            if (entry["state"] is not { } state) return head;
            var reason = entry["reason"] is { } why ? $": {why}" : "";
            return $"{head}{Environment.NewLine}{device} is not connected, its next attempt is shown: {state}{reason}";
        }

        if (entry["omitted"] is { } omitted) return $"… {omitted} messages omitted: this terminal is slower than the device";
        if (entry["end"] is { } end)
            return (long)end == 0 ? "0 messages: none passed, or the driver reports none (docs/trace.md)" : $"{end} messages";
        var time = DateTime.Parse((string)entry["time"]!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        var length = (int)entry["length"]!;
        var text = new StringBuilder(time.ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        text.Append((bool)entry["sent"]! ? " > " : " < ");
        if (length > 0) text.Append(CultureInfo.InvariantCulture, $"{length} bytes, ");
        if (entry["latency_ms"] is { } latency) text.Append(CultureInfo.InvariantCulture, $"after {(double)latency:0.0##} ms, ");
        text.Append((string)entry["meaning"]!);
        AppendDump(text, (string)entry["bytes"]!, length);
        return text.ToString();
    }

    private static void AppendDump(StringBuilder text, string hex, int length)
    {
        var shown = Math.Min(hex.Length / 2, MaxBytes);
        for (var line = 0; line < shown; line += BytesPerLine)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"    {line:X4} ");
            var characters = new StringBuilder();
            for (var i = line; i < line + BytesPerLine; i++)
            {
                var two = i < shown ? hex.Substring(2 * i, 2) : "  ";
                text.Append(' ').Append(two);
                if (i < shown) characters.Append(ToCharacter(two));
            }

            text.Append("  ").Append(characters);
        }

        if (shown < length) text.AppendLine().Append(CultureInfo.InvariantCulture, $"    … {length - shown} more bytes");
    }

    private static char ToCharacter(string two) => two == "**" ? '*'
        : (char)Convert.ToByte(two, 16) is >= ' ' and <= '~' and var printable ? printable : '.';
}
