using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>
/// The one chunk of an OpenSecureChannel message (OPC 10000-6, 6.7.2 to 6.7.4). With a policy other than None it is always signed and
/// encrypted with the keys of the certificates, whatever the mode.
/// </summary>
internal static class AsymmetricChunk
{
    private const int SequenceBytes = 8;

    /// <summary>
    /// Header 12 bytes, then policy URI, sender's certificate, thumbprint of the receiver's, sequence header, body, padding, signature.
    /// </summary>
    public static byte[] Encode(ChannelSecurity security, uint channelId, uint sequence, uint requestId, ReadOnlySpan<byte> body)
    {
        var policy = security.Policy;
        var writer = new UaWriter();
        writer.Room(ChunkHeader.Bytes);
        writer.UInt32(channelId);
        writer.String(policy.Uri);
        writer.Bytes(security.Own?.RawData);
        writer.Bytes(security.Server?.GetCertHash(HashAlgorithmName.SHA1));
        var clear = writer.Length;
        writer.UInt32(sequence);
        writer.UInt32(requestId);
        writer.Raw(body);
        if (!policy.IsSecure)
        {
            var chunk = writer.Written.ToArray();
            ChunkHeader.Write(chunk, MessageKind.Open, 'F');
            return chunk;
        }

        using var ownKey = security.Own!.GetRSAPrivateKey()!;
        using var serverKey = security.Server!.GetRSAPublicKey()!;
        var signatureBytes = ownKey.KeySize / 8;
        var block = policy.PlainBlockBytes(serverKey);
        var extra = serverKey.KeySize > 2048 ? 1 : 0;
        var unpadded = SequenceBytes + body.Length + 1 + extra + signatureBytes;
        var padding = (block - (unpadded % block)) % block;
        writer.Room(1 + padding).Fill((byte)padding);
        if (extra == 1) writer.Byte((byte)(padding >> 8));
        var plainBytes = unpadded + padding;
        var whole = new byte[clear + (plainBytes / block * (serverKey.KeySize / 8))];
        var signed = new byte[clear + plainBytes];
        writer.Written.CopyTo(signed);
        // The header holds the final length before the signature is made.
        ChunkHeader.Write(whole, MessageKind.Open, 'F');
        whole.AsSpan(0, ChunkHeader.Bytes).CopyTo(signed);
        var signature = policy.Sign(ownKey, signed.AsSpan(0, signed.Length - signatureBytes));
        signature.CopyTo(signed.AsSpan(signed.Length - signatureBytes));
        signed.AsSpan(0, clear).CopyTo(whole);
        policy.Encrypt(serverKey, signed.AsSpan(clear)).CopyTo(whole.AsSpan(clear));
        return whole;
    }

    /// <summary>Checks and decrypts the server's chunk.</summary>
    /// <returns>Sequence number, request id and body.</returns>
    /// <exception cref="LinkException">It is not of this server, was altered, or cannot be read.</exception>
    public static (uint Sequence, uint RequestId, byte[] Body) Decode(ChannelSecurity security, ReadOnlySpan<byte> chunk)
    {
        try
        {
            var reader = new UaReader(chunk[ChunkHeader.Bytes..]);
            reader.UInt32();
            var uri = reader.String() ?? "";
            var sender = reader.Bytes();
            var thumbprint = reader.Bytes();
            if (uri != security.Policy.Uri) throw new LinkException(
                $"the server answers with the security policy '{SecurityPolicy.NameOf(uri)}' instead of {security.Policy.Name}");
            var clear = ChunkHeader.Bytes + reader.Position;
            var plain = security.Policy.IsSecure ? Open(security, chunk, clear, sender, thumbprint) : chunk[clear..].ToArray();
            var body = new UaReader(plain);
            return (body.UInt32(), body.UInt32(), plain[SequenceBytes..]);
        }
        catch (DecodingException e)
        {
            throw new FrameException($"an OpenSecureChannel message that cannot be read ({e.Message})", chunk);
        }
        catch (CryptographicException)
        {
            throw new LinkException(
                "the server's OpenSecureChannel message cannot be decrypted: it was altered, or is meant for another certificate");
        }
    }

    private static byte[] Open(ChannelSecurity security, ReadOnlySpan<byte> chunk, int clear, ReadOnlySpan<byte> sender,
        ReadOnlySpan<byte> thumbprint)
    {
        if (!sender.StartsWith(security.Server!.RawDataMemory.Span))
            throw new LinkException("the server answers with another certificate than its endpoint shows");
        if (!thumbprint.SequenceEqual(security.Own!.GetCertHash(HashAlgorithmName.SHA1)))
            throw new LinkException("the server's answer is encrypted for another certificate");
        using var ownKey = security.Own.GetRSAPrivateKey()!;
        using var serverKey = security.Server.GetRSAPublicKey()!;
        var plain = security.Policy.Decrypt(ownKey, chunk[clear..]);
        var signatureBytes = serverKey.KeySize / 8;
        var extra = ownKey.KeySize > 2048 ? 1 : 0;
        var end = plain.Length - signatureBytes;
        if (end < SequenceBytes + 1 + extra) throw new LinkException("the server's OpenSecureChannel message is too short");
        byte[] signed = [.. chunk[..clear], .. plain.AsSpan(0, end)];
        if (!security.Policy.Verify(serverKey, signed, plain.AsSpan(end)))
            throw new LinkException("the signature of the server's OpenSecureChannel message is wrong: it was altered");
        var padding = extra == 0 ? plain[end - 1] : (plain[end - 1] << 8) | plain[end - 2];
        var body = end - 1 - extra - padding;
        return body >= SequenceBytes ? plain[..body] : throw new LinkException($"a padding of {padding} bytes in a message of {end}");
    }
}
