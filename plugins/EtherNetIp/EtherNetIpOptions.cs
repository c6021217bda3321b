using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>The kind of controller.</summary>
public enum ControllerFamily
{
    /// <summary>ControlLogix, CompactLogix, GuardLogix, FlexLogix, SoftLogix.</summary>
    Logix,

    /// <summary>Micro820, Micro850, Micro870: no route, one request in a message.</summary>
    Micro800,

    /// <summary>SLC 5/05 and MicroLogix: files as N7 and F8, by PCCC.</summary>
    Slc,
}

/// <summary>Options of a Rockwell device in site.toml.</summary>
public sealed class EtherNetIpOptions : IValidatedOptions
{
    /// <summary>Name or address of the controller or of the Ethernet module in its chassis.</summary>
    /// <example>host = "192.168.1.10"</example>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    [Bounds(1, 65535)]
    public int Port { get; init; } = 44818;

    /// <summary>Kind of controller: logix, micro800 or slc.</summary>
    public ControllerFamily Family { get; init; } = ControllerFamily.Logix;

    /// <summary>Slot of the controller in the chassis; 0 for CompactLogix.</summary>
    [Bounds(0, 16)]
    public int Slot { get; init; }

    /// <summary>
    /// Route to the controller instead of the slot: pairs of port and link, "1,0" or "1,3,2,10.0.0.9,1,0"; empty for none.
    /// </summary>
    /// <example>path = "1,0"</example>
    public string? Path { get; init; }

    /// <summary>False: no connection is opened to the controller, each request is sent by itself and holds about 500 bytes.</summary>
    public bool Connected { get; init; } = true;

    /// <summary>Bytes of a message to ask for. A controller that has less is asked for what it has.</summary>
    [Bounds(100, 4002)]
    public int ConnectionSize { get; init; } = 4002;

    /// <summary>How long the controller keeps the connection without a request; longer than poll.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most requests that wait for their replies at once.</summary>
    [Bounds(1, 32)]
    public int MaxRequests { get; init; } = 4;

    /// <summary>True: tags are named by the numbers of their symbols, which makes requests shorter (version 21 and later).</summary>
    public bool InstanceIds { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the controller");
        if (Path is not null && RoutePath.Parse(Path, out var problem) is null) yield return ("path", problem!);
        if (Path is not null && Slot != 0) yield return ("path", "stands beside slot: give one of them");
        if (Family != ControllerFamily.Logix && Slot != 0) yield return ("slot", "only a logix controller stands in a slot");
        if (Family != ControllerFamily.Logix && InstanceIds) yield return ("instance_ids", "only logix controllers have them");
        if (ConnectionTimeout < TimeSpan.FromSeconds(1) || ConnectionTimeout > TimeSpan.FromHours(1))
            yield return ("connection_timeout", "is from 1s to 1h");
    }

    internal byte[] Route => Path is not null ? RoutePath.Parse(Path, out var problem) ?? throw new ArgumentException(problem)
        : Family == ControllerFamily.Logix ? [1, (byte)Slot]
        : [];
}
