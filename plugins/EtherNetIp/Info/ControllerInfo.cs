using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Info;

/// <summary>
/// Reads the identity of a controller: its Identity object at the end of the route, or what ListIdentity tells of the module in front.
/// </summary>
internal static class ControllerInfo
{
    private const int IdentityReplyBytes = 64;

    public static async ValueTask<IReadOnlyList<DeviceProperty>> AskAsync(EtherNetIpDriver driver, CancellationToken cancel)
    {
        var request = new SingleRequest(
            CipRequest.Create(CipService.GetAttributesAll, CipPath.Object(CipClass.Identity, 1), []), IdentityReplyBytes, isAlone: true);
        await driver.RunAsync(_ => [[request]], cancel).ConfigureAwait(false);
        var transport = driver.Loop.Session.Transport;
        var connection = new DeviceProperty("connection", transport.IsConnected
            ? string.Create(CultureInfo.InvariantCulture, $"{transport.Size} bytes")
            : "none");
        var identity = request.Fault is null ? Identity.Read(request.Data) : null;
        if (identity is null)
        {
            var list = new IdentityList();
            await driver.Loop.RunAsync(list, cancel).ConfigureAwait(false);
            identity = list.Identity;
        }

        return identity is null ? [connection] : [.. Describe(identity, driver.IsLogix), connection];
    }

    /// <summary>
    /// The facts of an identity. The upper bits of the status are the key switch of a Logix controller, which the specification leaves to
    /// the vendor.
    /// </summary>
    public static IEnumerable<DeviceProperty> Describe(Identity identity, bool isLogix)
    {
        yield return new DeviceProperty("vendor", VendorOf(identity.Vendor));
        if (identity.Name.Length > 0) yield return new DeviceProperty("product", identity.Name);
        yield return new DeviceProperty("revision", string.Create(CultureInfo.InvariantCulture, $"{identity.Major}.{identity.Minor:000}"));
        yield return new DeviceProperty("serial_number", identity.Serial.ToString("X8", CultureInfo.InvariantCulture));
        if (StateOf(identity.Status, isLogix) is { } state) yield return state;
        if (isLogix && KeyOf(identity.Status) is { } key) yield return new DeviceProperty("key_switch", key);
        if (FaultOf(identity.Status) is { } fault) yield return new DeviceProperty("fault", fault, IsWrong: true);
    }

    /// <summary>Vendor, name and revision in one text.</summary>
    public static string NameOf(Identity identity) => string.Create(CultureInfo.InvariantCulture,
        $"{VendorOf(identity.Vendor)} {identity.Name} {identity.Major}.{identity.Minor:000}");

    // CIP volume 1, table 5-2.4: extended device status in bits 4 to 7; the values 6 and 7 are the modes of a Logix controller.
    private static DeviceProperty? StateOf(ushort status, bool isLogix) => (status >> 4 & 15) switch
    {
        6 when isLogix => new DeviceProperty("state", "RUN"),
        7 when isLogix => new DeviceProperty("state", "PROGRAM", IsWrong: true),
        5 => new DeviceProperty("state", "FAULTED", IsWrong: true),
        1 => new DeviceProperty("state", "SELF TEST", IsWrong: true),
        2 => new DeviceProperty("state", "FIRMWARE UPDATE", IsWrong: true),
        4 => new DeviceProperty("state", "BAD CONFIGURATION", IsWrong: true),
        _ => null,
    };

    private static string? KeyOf(ushort status) => (status >> 12 & 3) switch
    {
        1 => "RUN",
        2 => "PROG",
        3 => "REM",
        _ => null,
    };

    private static string? FaultOf(ushort status) => (status >> 8 & 15) switch
    {
        0 => null,
        >= 8 => "major, unrecoverable",
        >= 4 => "major, recoverable",
        >= 2 => "minor, unrecoverable",
        _ => "minor, recoverable",
    };

    private static string VendorOf(ushort vendor) => vendor switch
    {
        1 => "Rockwell Automation",
        _ => string.Create(CultureInfo.InvariantCulture, $"vendor {vendor}"),
    };
}
