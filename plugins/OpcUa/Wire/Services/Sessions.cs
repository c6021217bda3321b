namespace PlantRuntime.Plugins.OpcUa.Wire.Services;

/// <summary>CreateSession (OPC 10000-4, 5.7.2).</summary>
internal sealed class CreateSessionRequest(
    string applicationUri, string applicationName, string endpointUrl, string sessionName, byte[] nonce, byte[]? certificate,
        TimeSpan timeout,
    uint maxResponseBytes) : ServiceRequest
{
    public override uint EncodingId => Ids.CreateSessionRequest;

    public override uint ResponseId => Ids.CreateSessionResponse;

    public override void Encode(UaWriter writer)
    {
        writer.String(applicationUri);
        writer.String("urn:plantruntime");
        writer.LocalizedText(new LocalizedText(null, applicationName));
        writer.Int32(1); // ApplicationType Client
        writer.String(null);
        writer.String(null);
        writer.Strings();
        writer.String(null);
        writer.String(endpointUrl);
        writer.String(sessionName);
        writer.Bytes(nonce);
        writer.Bytes(certificate);
        writer.Double(timeout.TotalMilliseconds);
        writer.UInt32(maxResponseBytes);
    }
}

/// <summary>The server's response to CreateSession.</summary>
internal sealed record CreateSessionResponse(
    NodeId SessionId, NodeId AuthenticationToken, TimeSpan Timeout, byte[] ServerNonce, byte[] ServerCertificate,
    IReadOnlyList<EndpointDescription> Endpoints, string SignatureAlgorithm, byte[] Signature, uint MaxRequestBytes)
{
    public static CreateSessionResponse Read(ref UaReader reader)
    {
        var session = reader.NodeId();
        var token = reader.NodeId();
        var timeout = reader.Double();
        var nonce = reader.ByteString() ?? [];
        var certificate = reader.ByteString() ?? [];
        var endpoints = EndpointDescription.ReadArray(ref reader);
        for (var count = reader.ArrayLength(8); count > 0; count--)
        {
            reader.Bytes();
            reader.Bytes();
        }

        var algorithm = reader.String() ?? "";
        var signature = reader.ByteString() ?? [];
        var maxRequest = reader.UInt32();
        var milliseconds = double.IsNaN(timeout) ? 0 : Math.Clamp(timeout, 0, int.MaxValue);
        return new CreateSessionResponse(
            session, token, TimeSpan.FromMilliseconds(milliseconds), nonce, certificate, endpoints, algorithm, signature, maxRequest);
    }
}

/// <summary>A signature with the URI of its algorithm (OPC 10000-4, 7.37). Both null for none.</summary>
internal readonly record struct SignatureData(string? Algorithm, byte[]? Signature)
{
    public void Write(UaWriter writer)
    {
        writer.String(Algorithm);
        writer.Bytes(Signature);
    }
}

/// <summary>ActivateSession (OPC 10000-4, 5.7.3).</summary>
/// <param name="signature">Proves that this client owns the certificate of the session.</param>
/// <param name="identity">Writes the user's token as an ExtensionObject.</param>
/// <param name="userSignature">Proves that the user owns its certificate; empty for other tokens.</param>
internal sealed class ActivateSessionRequest(SignatureData signature, Action<UaWriter> identity, SignatureData userSignature)
    : ServiceRequest
{
    public override uint EncodingId => Ids.ActivateSessionRequest;

    public override uint ResponseId => Ids.ActivateSessionResponse;

    public override void Encode(UaWriter writer)
    {
        signature.Write(writer);
        writer.Int32(0);
        writer.Strings("en");
        identity(writer);
        userSignature.Write(writer);
    }

    /// <summary>The server's next nonce.</summary>
    public static byte[] Read(ref UaReader reader) => reader.ByteString() ?? [];
}

/// <summary>CloseSession (OPC 10000-4, 5.7.4).</summary>
internal sealed class CloseSessionRequest(bool deleteSubscriptions) : ServiceRequest
{
    public override uint EncodingId => Ids.CloseSessionRequest;

    public override uint ResponseId => Ids.CloseSessionResponse;

    public override void Encode(UaWriter writer) => writer.Boolean(deleteSubscriptions);
}
