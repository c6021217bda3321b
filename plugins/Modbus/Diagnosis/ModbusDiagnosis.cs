using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Plan;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Diagnosis;

/// <summary>
/// Tries the way to a device for `plant doctor`: whether it answers, as which unit, in which frames, how fast, and whether it takes
/// requests one after the other and over gaps. Each deviation comes with the option that deals with it. Opens connections of its own, one
/// at a time, and reads only. Created for one diagnosis; keeps no state.
/// </summary>
internal sealed class ModbusDiagnosis(ModbusOptions options, ModbusReadPlan? plan, TimeProvider time)
{
    private static readonly TimeSpan ReplyTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan SlowScan = TimeSpan.FromSeconds(1);
    private static readonly byte[] UsualUnits = [1, 255, 0, 2];

    private FrameFormat OtherFormat => options.Format == FrameFormat.Tcp ? FrameFormat.Rtu : FrameFormat.Tcp;

    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var request = FirstRequest();
        var (reply, failure) = await AskOnceAsync(request, options.Format, cancel).ConfigureAwait(false);
        if (failure is not null)
        {
            yield return new DiagnosisStep("answer", false, failure, "see at the device whether it allows this connection");
            yield break;
        }

        if (reply.Kind is ProbeOutcome.Silence or ProbeOutcome.Other || reply.Exception is 0x0A or 0x0B)
        {
            yield return await ExplainSilenceAsync(request, reply, cancel).ConfigureAwait(false);
            yield break;
        }

        var deviations = Deviations(request, reply).ToList();
        foreach (var deviation in deviations) yield return deviation;
        if (deviations.Count == 0) yield return Speed(reply);
        if (await TryPauseAsync(request, cancel).ConfigureAwait(false) is { } pause) yield return pause;
        if (await TryGapsAsync(cancel).ConfigureAwait(false) is { } gaps) yield return gaps;
        if (await TryIdleAsync(request, cancel).ConfigureAwait(false) is { } idle) yield return idle;
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static ProbeRequest RequestOf(ModbusReadTag tag) =>
        new(tag.Address.Unit, tag.Address.Area.ReadFunction(), tag.Start, tag.End - tag.Start);

    private ProbeRequest FirstRequest() => plan is { Blocks: [var block, ..] }
        ? RequestOf(block.Items[0])
        : new ProbeRequest((byte)options.UnitId, FunctionCode.ReadHoldingRegisters, 0, 1);

    private IEnumerable<DiagnosisStep> Deviations(ProbeRequest request, ProbeReply reply)
    {
        if (reply.HasZeroId && options.TransactionIds)
        {
            yield return new DiagnosisStep("transaction", false, "replies come with transaction id 0",
                "transaction_ids = false accepts them and sends one request at a time");
        }

        if (reply.Unit != request.Unit && options.CheckUnit)
        {
            yield return new DiagnosisStep("unit", false, $"asked unit {request.Unit}, unit {reply.Unit} answered",
                $"unit_id = {reply.Unit} if that is the unit of the tags",
                    "check_unit = false if the device answers so whatever unit is asked");
        }

        var isBits = request.Function is FunctionCode.ReadCoils or FunctionCode.ReadDiscreteInputs;
        if (reply.Exception == 0 && !isBits && reply.ByteCount == 4 * request.Count && options.RegisterBits == 16)
        {
            yield return new DiagnosisStep("registers", false, $"asked for {request.Count} registers, {reply.ByteCount} bytes came",
                "register_bits = 32 reads registers of 32 bits");
        }
    }

    private DiagnosisStep Speed(ProbeReply reply)
    {
        var requests = Math.Max(1, plan?.Blocks.Length ?? 1);
        var scan = reply.Time * requests;
        var found = $"after {Seconds(reply.Time)} s; a scan of {requests} requests takes about {Seconds(scan)} s one at a time";
        return scan < SlowScan
            ? new DiagnosisStep("answer", true, found)
            : new DiagnosisStep("answer", true, found,
                $"the line is slow: timeout = \"{Math.Ceiling(2 * scan.TotalSeconds)}s\" and a longer poll read all tags in each scan; "
                + "with less time the requests take turns");
    }

    private async ValueTask<DiagnosisStep> ExplainSilenceAsync(ProbeRequest request, ProbeReply reply, CancellationToken cancel)
    {
        var (other, _) = await AskOnceAsync(request, OtherFormat, cancel).ConfigureAwait(false);
        if (other.Kind == ProbeOutcome.Answer)
        {
            var name = OtherFormat == FrameFormat.Rtu ? "rtu" : "tcp";
            return new DiagnosisStep("framing", false,
                $"no answer to frames of the configured format, but to those of Modbus {name.ToUpperInvariant()}",
                $"framing = \"{name}\"");
        }

        foreach (var unit in UsualUnits.Where(unit => unit != request.Unit))
        {
            var (found, _) = await AskOnceAsync(request with { Unit = unit }, options.Format, cancel).ConfigureAwait(false);
            if (found.Kind != ProbeOutcome.Answer || found.Exception is 0x0A or 0x0B) continue;
            return new DiagnosisStep("unit", false, $"unit {request.Unit} does not answer, unit {unit} does", $"unit_id = {unit}");
        }

        if (reply.Exception != 0)
        {
            return new DiagnosisStep("unit", false,
                $"the gateway does not reach unit {request.Unit}: {ReplyFault.Exception(reply.Exception).Reason}",
                "see whether the device behind the gateway is on, and whether its unit id is right");
        }

        return new DiagnosisStep("answer", false, reply.Kind == ProbeOutcome.Other ? "the reply is no Modbus frame"
            : $"no answer within {Seconds(ReplyTime)} s",
            "unit_id: see in the device's settings as which unit it answers",
                "connect_pause = \"5s\" if the device needs some time after a connection",
            "timeout: a slow device may need more time");
    }

    // Two requests, one right after the other's reply.
    private async ValueTask<DiagnosisStep?> TryPauseAsync(ProbeRequest request, CancellationToken cancel)
    {
        try
        {
            await using var line = await ProbeConnection.ConnectAsync(options, options.Format, time, cancel).ConfigureAwait(false);
            if ((await line.AskAsync(request, ReplyTime, cancel).ConfigureAwait(false)).Kind != ProbeOutcome.Answer) return null;
            if ((await line.AskAsync(request, ReplyTime, cancel).ConfigureAwait(false)).Kind == ProbeOutcome.Answer) return null;
            await Task.Delay(Pause, time, cancel).ConfigureAwait(false);
            if ((await line.AskAsync(request, ReplyTime / 2, cancel).ConfigureAwait(false)).Kind != ProbeOutcome.Answer) return null;
            return new DiagnosisStep("pause", false, "a request right after a reply is ignored, one after a pause is answered",
                $"request_pause = \"{Pause.TotalMilliseconds:0}ms\"");
        }
        catch (Exception e) when (LinkException.From(e) is not null || e is IOException)
        {
            return null;
        }
    }

    // The first merged request that is not answered although its first tag is. It is no fault: the driver splits such requests.
    private async ValueTask<DiagnosisStep?> TryGapsAsync(CancellationToken cancel)
    {
        var merged = plan is null ? [] : plan.Blocks.ToArray().Where(block => block.Items.Count > 1 && block.Count > block.Items.Sum(i =>
            i.End - i.Start));
        foreach (var block in merged.Take(1))
        {
            var (whole, _) = await AskOnceAsync(
                new ProbeRequest(block.Unit, block.Area.ReadFunction(), block.Start, block.Count), options.Format,
                    cancel).ConfigureAwait(false);
            if (whole is { Kind: ProbeOutcome.Answer, Exception: 0 }) continue;
            var (first, _) = await AskOnceAsync(RequestOf(block.Items[0]), options.Format, cancel).ConfigureAwait(false);
            if (first is not { Kind: ProbeOutcome.Answer, Exception: 0 }) continue;
            var how = whole.Exception != 0 ? $"is refused: {ReplyFault.Exception(whole.Exception).Reason}" : "is not answered";
            return new DiagnosisStep("gaps", true,
                $"{block.Area.Name()}:{block.Start} alone is read, a request for {block.Count} from there {how}",
                "nothing is lost: the driver finds the gaps by itself within a few scans; max_gap = 0 reads none from the start",
                "max_registers, max_bits: smaller if the device takes less at once");
        }

        return null;
    }

    private async ValueTask<DiagnosisStep?> TryIdleAsync(ProbeRequest request, CancellationToken cancel)
    {
        try
        {
            await using var line = await ProbeConnection.ConnectAsync(options, options.Format, time, cancel).ConfigureAwait(false);
            await line.AskAsync(request, ReplyTime / 2, cancel).ConfigureAwait(false);
            if (await line.WaitForCloseAsync(IdleTime, cancel).ConfigureAwait(false) is not { } after) return null;
            return new DiagnosisStep("idle", true, $"the device closes a connection that is idle for {Seconds(after)} s",
                "nothing is lost: the connection is renewed within the scan; a shorter poll keeps it",
                "keep_connection = false opens a connection for each scan");
        }
        catch (Exception e) when (LinkException.From(e) is not null || e is IOException)
        {
            return null;
        }
    }

    private async ValueTask<(ProbeReply Reply, string? Failure)> AskOnceAsync(ProbeRequest request, FrameFormat format,
        CancellationToken cancel)
    {
        try
        {
            await using var line = await ProbeConnection.ConnectAsync(options, format, time, cancel).ConfigureAwait(false);
            return (await line.AskAsync(request, ReplyTime, cancel).ConfigureAwait(false), null);
        }
        catch (Exception e) when (LinkException.From(e) is not null || e is IOException)
        {
            return (default, LinkException.From(e)?.Message ?? e.Message);
        }
    }
}
