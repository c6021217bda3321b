using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>How a channel is to be protected.</summary>
/// <param name="Policy">The algorithms.</param>
/// <param name="Mode">None, Sign, or SignAndEncrypt.</param>
/// <param name="Own">The client's certificate with its key; null without security.</param>
/// <param name="Server">The server's certificate, already checked; null without security.</param>
internal sealed record ChannelSecurity(SecurityPolicy Policy, MessageSecurityMode Mode, X509Certificate2? Own, X509Certificate2? Server)
{
    public static ChannelSecurity None { get; } = new(SecurityPolicy.None, MessageSecurityMode.None, null, null);

    public bool IsSigned => Mode is MessageSecurityMode.Sign or MessageSecurityMode.SignAndEncrypt;

    public bool IsEncrypted => Mode == MessageSecurityMode.SignAndEncrypt;
}
