using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Plan;
using PlantRuntime.Plugins.Modbus.Session;
using PlantRuntime.Serial;

namespace PlantRuntime.Plugins.Modbus.Diagnosis;

/// <summary>
/// Tries the way to a device on a serial line for `plant doctor`: the port, an answer of the unit, the other frame format, other usual
/// units, the adapter's echo. Reads only. Created for one diagnosis; keeps no state.
/// </summary>
internal sealed class SerialDiagnosis(ModbusOptions options, SerialSettings settings, ModbusReadPlan? plan, TimeProvider time)
{
    private static readonly TimeSpan s_shortReply = TimeSpan.FromMilliseconds(300);
    private static readonly byte[] s_usualUnits = [1, 2, 247];

    private FrameFormat OtherFormat => options.Format == FrameFormat.Ascii ? FrameFormat.Rtu : FrameFormat.Ascii;

    private SerialRequest FirstRequest => plan is { Blocks: [var block, ..] }
        ? new SerialRequest(block.Unit, block.Area, block.Items[0].Start, block.Items[0].End - block.Items[0].Start)
        : new SerialRequest((byte)options.UnitId, ModbusArea.Holding, 0, 1);

    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var request = FirstRequest;
        using var probe = new SerialProbe(settings, SerialRules.From(options) with { Retries = 0 }, time);
        if (await WhyClosedAsync(probe, cancel).ConfigureAwait(false) is { } closed)
        {
            yield return new DiagnosisStep("port", false, closed, SerialDiscovery.HostKeepsPorts);
            yield break;
        }

        yield return new DiagnosisStep("port", true, $"{settings.Port} is open with {settings}");
        var (answer, failure) = await AskAsync(probe, request, cancel).ConfigureAwait(false);
        if (answer.Reply is not null)
        {
            yield return new DiagnosisStep("answer", true, string.Create(
                CultureInfo.InvariantCulture, $"unit {request.Unit} after {answer.After.TotalSeconds:0.000} s: {answer.Reply}"));
        }
        else
        {
            yield return new DiagnosisStep("answer", false,
                failure ?? answer.WhyNone ?? $"unit {request.Unit} does not answer within {options.ReplyTimeout.TotalSeconds:0.###} s",
                $"plant doctor \"modbus://{settings.Port}\" searches for units at other speeds",
                "check baud, parity and stop_bits at the device, and whether the wires A and B are swapped",
                "rts_direction = true if the adapter needs RTS to send; reply_timeout for a device that is slow");
        }

        if (probe.HasEcho && !options.Echo)
        {
            yield return new DiagnosisStep("echo", false, "the adapter returns what it sends",
                "echo = true drops it, so that it is never taken for the reply to a write");
        }

        if (answer.Reply is null && failure is null && await SearchAsync(probe, request, cancel).ConfigureAwait(false) is { } found)
            yield return found;
    }

    private static async ValueTask<string?> WhyClosedAsync(SerialProbe probe, CancellationToken cancel)
    {
        try
        {
            await probe.OpenAsync(cancel).ConfigureAwait(false);
            return null;
        }
        catch (NotConnectedException closed)
        {
            return closed.Message;
        }
    }

    private static async ValueTask<(SerialAnswer Answer, string? Failure)> AskAsync(SerialProbe probe, SerialRequest request,
        CancellationToken cancel)
    {
        try
        {
            return (await probe.AskAsync(request, cancel).ConfigureAwait(false), null);
        }
        catch (NotConnectedException lost)
        {
            return (default, lost.Message);
        }
    }

    private async ValueTask<DiagnosisStep?> SearchAsync(SerialProbe probe, SerialRequest request, CancellationToken cancel)
    {
        foreach (var unit in s_usualUnits.Where(unit => unit != request.Unit))
        {
            var (answer, _) = await AskAsync(probe, request with { Unit = unit }, cancel).ConfigureAwait(false);
            if (answer.Reply is not null)
                return new DiagnosisStep("unit", false, $"unit {request.Unit} does not answer, unit {unit} does", $"unit_id = {unit}");
        }

        var rules = SerialRules.From(options) with { IsAscii = OtherFormat == FrameFormat.Ascii, ReplyTimeout = s_shortReply, Retries = 0 };
        using var other = new SerialProbe(settings, rules, time);
        if (await WhyClosedAsync(other, cancel).ConfigureAwait(false) is not null) return null;
        var (inOther, _) = await AskAsync(other, request, cancel).ConfigureAwait(false);
        if (inOther.Reply is null) return null;
        var name = OtherFormat == FrameFormat.Ascii ? "ascii" : "rtu";
        return new DiagnosisStep("framing", false,
            $"the unit answers to frames of Modbus {name.ToUpperInvariant()}", $"framing = \"{name}\"");
    }
}
