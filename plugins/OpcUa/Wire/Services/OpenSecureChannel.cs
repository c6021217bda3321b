namespace PlantRuntime.Plugins.OpcUa.Wire.Services;

/// <summary>OpenSecureChannel (OPC 10000-4, 5.6.2; its fields in 10000-6, 6.7.4).</summary>
internal sealed class OpenSecureChannelRequest(bool isRenewal, MessageSecurityMode mode, byte[] nonce, TimeSpan lifetime) : ServiceRequest
{
    public override uint EncodingId => Ids.OpenSecureChannelRequest;

    public override uint ResponseId => Ids.OpenSecureChannelResponse;

    public override void Encode(UaWriter writer)
    {
        writer.UInt32(0);
        writer.Int32(isRenewal ? 1 : 0);
        writer.Int32((int)mode);
        writer.Bytes(nonce);
        writer.UInt32((uint)lifetime.TotalMilliseconds);
    }
}

/// <summary>The token that the server issued (OPC 10000-4, 7.10).</summary>
internal readonly record struct OpenSecureChannelResponse(uint ChannelId, uint TokenId, TimeSpan Lifetime, byte[] ServerNonce)
{
    public static OpenSecureChannelResponse Read(ref UaReader reader)
    {
        reader.UInt32();
        var channel = reader.UInt32();
        var token = reader.UInt32();
        reader.DateTime();
        var lifetime = reader.UInt32();
        return new OpenSecureChannelResponse(channel, token, TimeSpan.FromMilliseconds(lifetime), reader.ByteString() ?? []);
    }
}

/// <summary>CloseSecureChannel (OPC 10000-4, 5.6.3); it has no response.</summary>
internal sealed class CloseSecureChannelRequest : ServiceRequest
{
    public override uint EncodingId => Ids.CloseSecureChannelRequest;

    public override uint ResponseId => 0;

    public override void Encode(UaWriter writer)
    {
    }
}
