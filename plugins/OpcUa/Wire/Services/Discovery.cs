namespace PlantRuntime.Plugins.OpcUa.Wire.Services;

/// <summary>How messages are protected (OPC 10000-4, 7.20).</summary>
internal enum MessageSecurityMode
{
    Invalid,
    None,
    Sign,
    SignAndEncrypt,
}

/// <summary>Kinds of user identity (OPC 10000-4, 7.43).</summary>
internal enum UserTokenType
{
    Anonymous,
    UserName,
    Certificate,
    IssuedToken,
}

/// <summary>A way to identify a user (OPC 10000-4, 7.42).</summary>
internal sealed record UserTokenPolicy(string PolicyId, UserTokenType Type, string? SecurityPolicyUri)
{
    public static UserTokenPolicy Read(ref UaReader reader)
    {
        var id = reader.String() ?? "";
        var type = (UserTokenType)reader.Int32();
        reader.SkipString();
        reader.SkipString();
        return new UserTokenPolicy(id, type, reader.String());
    }
}

/// <summary>An application (OPC 10000-4, 7.2).</summary>
internal sealed record ApplicationDescription(string ApplicationUri, string ApplicationName, IReadOnlyList<string> DiscoveryUrls)
{
    public static ApplicationDescription Read(ref UaReader reader)
    {
        var uri = reader.String() ?? "";
        reader.SkipString();
        var name = reader.LocalizedText().Text ?? "";
        reader.Int32();
        reader.SkipString();
        reader.SkipString();
        return new ApplicationDescription(uri, name, reader.Strings());
    }
}

/// <summary>One way to connect to a server (OPC 10000-4, 7.14).</summary>
internal sealed record EndpointDescription(
    string Url, ApplicationDescription Server, byte[] ServerCertificate, MessageSecurityMode Mode, string SecurityPolicyUri,
    IReadOnlyList<UserTokenPolicy> UserTokens, string TransportProfileUri, byte SecurityLevel)
{
    // The smallest encoding: texts and arrays of length -1.
    private const int LeastBytes = 40;

    public static EndpointDescription Read(ref UaReader reader)
    {
        var url = reader.String() ?? "";
        var server = ApplicationDescription.Read(ref reader);
        var certificate = reader.ByteString() ?? [];
        var mode = (MessageSecurityMode)reader.Int32();
        var policy = reader.String() ?? "";
        var tokens = new UserTokenPolicy[reader.ArrayLength(20)];
        for (var i = 0; i < tokens.Length; i++) tokens[i] = UserTokenPolicy.Read(ref reader);
        return new EndpointDescription(url, server, certificate, mode, policy, tokens, reader.String() ?? "", reader.Byte());
    }

    public static EndpointDescription[] ReadArray(ref UaReader reader)
    {
        var endpoints = new EndpointDescription[reader.ArrayLength(LeastBytes)];
        for (var i = 0; i < endpoints.Length; i++) endpoints[i] = Read(ref reader);
        return endpoints;
    }
}

/// <summary>GetEndpoints (OPC 10000-4, 5.5.4).</summary>
internal sealed class GetEndpointsRequest(string url) : ServiceRequest
{
    public override uint EncodingId => Ids.GetEndpointsRequest;

    public override uint ResponseId => Ids.GetEndpointsResponse;

    public override void Encode(UaWriter writer)
    {
        writer.String(url);
        writer.Strings();
        writer.Strings();
    }
}

/// <summary>FindServers (OPC 10000-4, 5.5.2).</summary>
internal sealed class FindServersRequest(string url) : ServiceRequest
{
    public override uint EncodingId => Ids.FindServersRequest;

    public override uint ResponseId => Ids.FindServersResponse;

    public override void Encode(UaWriter writer)
    {
        writer.String(url);
        writer.Strings();
        writer.Strings();
    }

    public static ApplicationDescription[] Read(ref UaReader reader)
    {
        var servers = new ApplicationDescription[reader.ArrayLength(25)];
        for (var i = 0; i < servers.Length; i++) servers[i] = ApplicationDescription.Read(ref reader);
        return servers;
    }
}
