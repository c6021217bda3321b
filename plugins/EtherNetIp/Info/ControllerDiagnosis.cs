using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Info;

/// <summary>
/// The steps of `plant doctor` on the way to a controller: a session with the module at the address, a connection along the route, and what
/// the controller says of itself. Each refusal has its remedy. Used by <see cref="EtherNetIpDriver"/> while it is not connected.
/// </summary>
internal sealed class ControllerDiagnosis(EtherNetIpOptions options, EtherNetIpDriver driver)
{
    private readonly string _place = options.Path is { } path
        ? $"path = \"{path}\""
        : string.Create(CultureInfo.InvariantCulture, $"slot = {options.Slot}");

    /// <summary>The first step: the module answers as EtherNet/IP.</summary>
    public async ValueTask<DiagnosisStep> OpenSessionAsync(CancellationToken cancel)
    {
        using var loop = new ExchangeLoop<EtherNetIpSession>(static (message, inner) => new NotConnectedException(message, inner));
        try
        {
            await loop.ConnectAsync((table, token) => EtherNetIpSession.OpenUnconnectedAsync(options, table, null, token), cancel)
                .ConfigureAwait(false);
            var list = new IdentityList();
            await loop.RunAsync(list, cancel).ConfigureAwait(false);
            await loop.Session.CloseAsync(cancel).ConfigureAwait(false);
            return new DiagnosisStep("session", true, list.Identity is { } module
                ? $"with {ControllerInfo.NameOf(module)}"
                : "open; the module does not tell its identity");
        }
        catch (Exception e) when (e is NotConnectedException or OperationCanceledException)
        {
            return new DiagnosisStep("session", false, e is NotConnectedException ? e.Message : "no answer to RegisterSession in time",
                "check that an EtherNet/IP module listens on this port (44818), not a web or Modbus server",
                "a module has few sessions: close RSLinx, Studio 5000 and other clients that use it");
        }
    }

    /// <summary>The second step: the controller at the end of the route grants a connection.</summary>
    public async ValueTask<DiagnosisStep> ConnectAsync(CancellationToken cancel)
    {
        try
        {
            await driver.ConnectAsync(cancel).ConfigureAwait(false);
            var transport = driver.Loop.Session.Transport;
            return new DiagnosisStep("connection", true, transport.IsConnected
                ? string.Create(CultureInfo.InvariantCulture, $"{transport.Size} bytes, {Way}")
                : $"none: each request is sent by itself, {Way}");
        }
        catch (Exception e) when (e is NotConnectedException or OperationCanceledException)
        {
            return new DiagnosisStep("connection", false, e.Message, [.. ConnectRemedies(e.Message)]);
        }
    }

    /// <summary>The third step: what the controller says of itself.</summary>
    public async ValueTask<DiagnosisStep> IdentifyAsync(CancellationToken cancel)
    {
        try
        {
            var facts = await driver.DescribeAsync(cancel).ConfigureAwait(false);
            var wrong = facts.Where(fact => fact.IsWrong).ToList();
            return new DiagnosisStep("controller", wrong.Count == 0, string.Join(", ", facts.Select(fact => $"{fact.Name} {fact.Text}")),
                [.. wrong.Select(StateRemedy)]);
        }
        catch (Exception e) when (e is NotConnectedException or OperationCanceledException)
        {
            return new DiagnosisStep("controller", false, e.Message,
                $"the connection is there and nothing answers on it: check {_place} and whether a program is loaded");
        }
    }

    private string Way => options.Family == ControllerFamily.Logix || options.Path is not null ? _place : "without a route";

    // Extended codes of a refused Forward Open: CIP volume 1, table 3-5.33.
    private IEnumerable<string> ConnectRemedies(string message)
    {
        bool Has(string code) => message.Contains(code, StringComparison.Ordinal);
        if (Has("/0311)") || Has("/0312)") || Has("/0315)") || Has("/0204)") || Has("(04") || Has("(05"))
        {
            yield return $"no controller is at {_place}: look up its slot in the I/O tree; a CompactLogix is in slot 0";
            yield return "a Micro800, SLC or MicroLogix has no route: family = \"micro800\" or family = \"slc\"";
        }
        else if (Has("/0113)") || Has("(02") || Has("/0301)") || Has("/0302)"))
        {
            yield return "all connections of the module or controller are in use: close other clients, or connected = false";
        }
        else if (Has("(08"))
        {
            yield return "the module has no connections: connected = false";
        }
        else
        {
            yield return $"check {_place}; connected = false does without a connection";
            yield return "the controller may be in another chassis than the module: path names the way, as \"1,3,2,10.0.0.9,1,0\"";
        }
    }

    private static string StateRemedy(DeviceProperty fact) => fact switch
    {
        { Name: "state", Text: "PROGRAM" } => "the program does not run, so values stand still: turn the key switch to RUN, "
            + "or to REM and set Remote Run in Studio 5000",
        { Name: "state", Text: "FAULTED" } => "a major fault stopped the program: Studio 5000, Controller Properties, "
            + "Major Faults says why; clear it there",
        { Name: "state", Text: "FIRMWARE UPDATE" } => "wait until the firmware is updated",
        { Name: "state" } => "see the controller's display or Studio 5000, Controller Properties",
        { Name: "fault" } => "Studio 5000, Controller Properties, Major Faults or Minor Faults says which; "
            + "a minor one lets the program run",
        _ => $"{fact.Name} is {fact.Text}: see at the controller why",
    };
}
