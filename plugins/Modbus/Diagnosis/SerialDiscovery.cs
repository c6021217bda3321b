using System.Globalization;
using System.IO.Ports;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Session;
using PlantRuntime.Serial;

namespace PlantRuntime.Plugins.Modbus.Diagnosis;

/// <summary>
/// Searches a serial line for units, for `plant doctor modbus:///dev/ttyUSB0`. Settings that the user gave are not varied. If speed or
/// parity are not given, a few usual units are asked at each until one answers; then all units are asked there. Reads only. Created for one
/// search; keeps no state.
/// </summary>
internal sealed class SerialDiscovery(
    ModbusOptions options, SerialSettings settings, IReadOnlyCollection<string> given, IProgress<string> progress, TimeProvider time)
{
    /// <summary>The remedy for a port that cannot be opened.</summary>
    public const string HostKeepsPorts = "a running host keeps its serial ports open: stop it to test a line beside it";

    private const int LastUnit = 247;
    private const int ProgressEvery = 10;

    // Units answer within some 10 ms; reply_timeout in the address allows more.
    private static readonly TimeSpan s_reply = TimeSpan.FromMilliseconds(250);
    private static readonly int[] s_speeds = [9600, 19_200, 38_400, 57_600, 115_200, 4800, 2400, 1200];
    private static readonly Parity[] s_parities = [Parity.None, Parity.Even, Parity.Odd];
    private static readonly byte[] s_usualUnits = [1, 2, 3, 4, 5, 10, 100, LastUnit];

    private SerialRules Rules => SerialRules.From(options) with
    {
        Retries = 0, ReplyTimeout = given.Contains("reply_timeout") ? options.ReplyTimeout : s_reply,
    };

    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var candidates = Candidates().ToList();
        var units = given.Contains("unit_id") ? [(byte)options.UnitId] : Enumerable.Range(1, LastUnit).Select(unit => (byte)unit).ToArray();
        var found = new List<byte>();
        string? damage = null;
        foreach (var candidate in candidates)
        {
            using var probe = new SerialProbe(candidate, Rules, time);
            var (refused, closed) = await OpenAsync(probe, cancel).ConfigureAwait(false);
            if (refused && candidates.Count > 1) continue;
            if (closed is not null)
            {
                yield return new DiagnosisStep("port", false, closed, HostKeepsPorts);
                yield break;
            }

            if (candidates.Count > 1 && units.Length > 1)
            {
                progress.Report($"{candidate}: asking {s_usualUnits.Length} usual units");
                if (!await AnswersAsync(probe, cancel).ConfigureAwait(false)) continue;
            }

            for (var i = 0; i < units.Length; i++)
            {
                if (i % ProgressEvery == 0) progress.Report($"{candidate}: unit {units[i]} of {units[^1]}, {found.Count} found");
                var (step, why) = await ExamineAsync(probe, candidate, units[i], cancel).ConfigureAwait(false);
                damage ??= why;
                if (step is null) continue;
                found.Add(units[i]);
                yield return step;
            }

            if (found.Count == 0) continue;
            yield return Summary(candidate, found, probe.HasEcho);
            yield break;
        }

        yield return Nothing(candidates, damage);
    }

    private static async ValueTask<(bool IsRefused, string? Closed)> OpenAsync(SerialProbe probe, CancellationToken cancel)
    {
        try
        {
            await probe.OpenAsync(cancel).ConfigureAwait(false);
            return (false, null);
        }
        catch (NotConnectedException closed)
        {
            return (closed.InnerException is SerialSettingsException, closed.Message);
        }
    }

    private static DiagnosisStep Nothing(List<SerialSettings> candidates, string? damage) => new("units", false,
        $"no unit answers at {string.Join(", ", candidates.Take(3))}{(candidates.Count > 3 ? $" and {candidates.Count - 3} more" : "")}"
        + (damage is null ? "" : $"; {damage}"),
        "give what is known: ?baud=9600&parity=even&unit=7; with baud and parity all units are asked",
        "check whether the wires A and B are swapped, and the terminating resistors; ?rts_direction=true if the adapter needs RTS",
        "?framing=ascii for Modbus ASCII; ?reply_timeout=1s for units that are slow");

    private static DiagnosisStep Summary(SerialSettings line, List<byte> found, bool hasEcho)
    {
        List<string> remedies = [$"port = \"{line.Port}\"", $"baud = {line.Baud}"];
        if (line.Parity != Parity.None) remedies.Add($"parity = \"{line.Parity.ToString().ToLowerInvariant()}\"");
        if (hasEcho && !line.HasEcho) remedies.Add("echo = true");
        remedies.Add($"unit_id = {found[0]}");
        return new DiagnosisStep("units", true,
            $"{(found.Count == 1 ? "1 unit answers" : $"{found.Count} units answer")} at {line}; for site.toml:", remedies);
    }

    private IEnumerable<SerialSettings> Candidates() =>
        from speed in given.Contains("baud") ? [settings.Baud] : s_speeds
        from parity in given.Contains("parity") ? [settings.Parity] : s_parities
        select settings with { Baud = speed, Parity = parity };

    private async ValueTask<bool> AnswersAsync(SerialProbe probe, CancellationToken cancel)
    {
        foreach (var unit in s_usualUnits)
        {
            if ((await AskAsync(probe, unit, cancel).ConfigureAwait(false)).Reply is not null) return true;
        }

        return false;
    }

    private async ValueTask<(DiagnosisStep? Step, string? WhyNone)> ExamineAsync(
        SerialProbe probe, SerialSettings line, byte unit, CancellationToken cancel)
    {
        var answer = await AskAsync(probe, unit, cancel).ConfigureAwait(false);
        if (answer.Reply is null) return (null, answer.WhyNone);
        IReadOnlyList<DeviceProperty> properties = [];
        try
        {
            properties = options.Identification ? await probe.IdentifyAsync(unit, cancel).ConfigureAwait(false) : [];
        }
        catch (NotConnectedException)
        {
            // The next request reports what is wrong with the port.
        }

        var found = string.Create(
            CultureInfo.InvariantCulture, $"answers at {line} after {answer.After.TotalMilliseconds:0} ms: {answer.Reply}");
        return (new DiagnosisStep($"unit {unit}", true,
            string.Join(", ", properties.Select(property => $"{property.Name} {property.Text}").Prepend(found))), null);
    }

    private static async ValueTask<SerialAnswer> AskAsync(SerialProbe probe, byte unit, CancellationToken cancel)
    {
        try
        {
            return await probe.AskAsync(new SerialRequest(unit, ModbusArea.Holding, 0, 1), cancel).ConfigureAwait(false);
        }
        catch (NotConnectedException lost)
        {
            return new SerialAnswer(null, lost.Message, TimeSpan.Zero);
        }
    }
}
