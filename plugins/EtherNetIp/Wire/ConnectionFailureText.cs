namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>Extended status of a connection failure, general status 01 (CIP volume 1, table 3-5.33), in words and with a remedy.</summary>
internal static class ConnectionFailureText
{
    public const ushort InUse = 0x0100;
    public const ushort NotFound = 0x0107;
    public const ushort InvalidSize = 0x0109;

    /// <summary>Describes the status; null for an unknown one.</summary>
    public static string? Describe(ushort extended) => extended switch
    {
        InUse => "a connection with this serial number is open already",
        0x0103 => "the module does not have connections of this kind: connected = false avoids them",
        0x0106 => "the connection belongs to another originator",
        NotFound => "the controller does not know the connection",
        0x0108 => "invalid connection type",
        InvalidSize => "invalid connection size: connection_size asks for less",
        0x0110 => "the module at the end of the path is not configured",
        0x0111 => "the requested packet interval is not supported",
        0x0113 => "the module has no more connections: close other clients, or use connected = false",
        0x0114 => "the module at the end of the path is another product",
        0x0115 => "the module at the end of the path has another device type",
        0x0116 => "the module at the end of the path has another revision",
        0x0117 => "the path leads to no application of the module: check slot and path",
        0x0119 => "the connection cannot be opened at present",
        0x011A => "the module has no more connections to its application: close other clients",
        0x0127 => "invalid connection size to the controller: connection_size asks for less",
        0x0128 => "invalid connection size from the controller: connection_size asks for less",
        0x0203 => "the connection has timed out",
        0x0204 => "no answer on the way: the module behind the path is silent, so check slot and path",
        0x0205 => "invalid parameter of an unconnected message",
        0x0206 => "the message is too large for an unconnected one",
        0x0301 => "no buffer memory in the module",
        0x0302 => "no bandwidth left in the network",
        0x0303 => "no screener left in the module",
        0x0311 => "the port in the path does not exist: 1 is the backplane, 2 the Ethernet port",
        0x0312 => "no module at the link address in the path: check slot and path",
        0x0315 => "the path makes no sense to a module on the way: check slot and path (a Micro800 has no path)",
        0x0316 => "error in the close request's path",
        0x0317 => "scheduling not specified",
        0x0318 => "the link address leads back to the module itself",
        0x031C => "other resources of the module are exhausted",
        _ => null,
    };
}
