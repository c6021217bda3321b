using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>
/// The values that move a session to a new channel (OPC 10000-4, 5.7.3). Kept by the driver between two connections; the
/// authentication token is a secret and is in no message.
/// </summary>
internal sealed record SessionTicket(NodeId SessionId, NodeId AuthenticationToken, byte[] ServerNonce, byte[] ServerCertificate,
    TimeSpan Timeout);
