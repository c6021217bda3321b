using System.Buffers.Binary;
using System.Security.Cryptography;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>A chunk after its checks: where its body is within the chunk.</summary>
internal readonly record struct ReceivedChunk(MessageKind Kind, char ChunkType, uint RequestId, Range Body);

/// <summary>
/// The secure conversation of one connection (OPC 10000-6, 6.7), without I/O: turns messages into chunks and back, signs, encrypts, checks.
/// Sending and receiving may run at the same time; each has one user at a time. Allocates nothing in steady state.
/// </summary>
internal sealed class SecureChannel(ChannelSecurity security, TimeProvider time) : IDisposable
{
    // Header 8, channel 4, token 4.
    private const int ClearBytes = 16;
    private const int SequenceBytes = 8;

    private SequenceNumbers _sent;
    private SequenceNumbers _received;
    private volatile SecurityToken? _current;
    private SecurityToken? _previous;
    private SecurityToken? _beforePrevious;
    private byte[] _nonce = [];

    public ChannelSecurity Security => security;

    public uint Id { get; private set; }

    /// <summary>The lifetime of the current token.</summary>
    public TimeSpan Lifetime => _current?.Lifetime ?? TimeSpan.Zero;

    /// <summary>The request that opens the channel or renews its token; the nonce is new each time.</summary>
    public OpenSecureChannelRequest OpenRequest(TimeSpan lifetime)
    {
        _nonce = RandomNumberGenerator.GetBytes(security.Policy.NonceBytes);
        return new OpenSecureChannelRequest(isRenewal: Id != 0, security.Mode, _nonce, lifetime);
    }

    /// <summary>The chunk of an OpenSecureChannel request.</summary>
    public byte[] EncodeOpen(uint requestId, ReadOnlySpan<byte> body)
        => AsymmetricChunk.Encode(security, Id, _sent.Next(), requestId, body);

    /// <summary>Takes the server's answer: its token is the one to send with from now on.</summary>
    /// <exception cref="LinkException">The answer does not fit the channel.</exception>
    public void Accept(OpenSecureChannelResponse response, TimeSpan requested)
    {
        if (response.ChannelId == 0 || (Id != 0 && response.ChannelId != Id))
            throw new LinkException($"the server opened channel {response.ChannelId} instead of renewing {Id}");
        if (response.ServerNonce.Length != security.Policy.NonceBytes && security.Policy.IsSecure)
            throw new LinkException($"the server's nonce has {response.ServerNonce.Length} bytes instead of {security.Policy.NonceBytes}");
        var lifetime = response.Lifetime > TimeSpan.Zero ? response.Lifetime : requested;
        SecurityToken token;
        if (security.IsSigned)
        {
            // Client keys: secret is the server's nonce, seed the client's; the server's the other way around (6.7.5, table 49).
            var sending = new SymmetricKeys(security.Policy, response.ServerNonce, _nonce, encrypts: true);
            var receiving = new SymmetricKeys(security.Policy, _nonce, response.ServerNonce, encrypts: false);
            token = new SecurityToken(response.TokenId, lifetime, time.GetTimestamp(), sending, receiving);
        }
        else
        {
            token = new SecurityToken(response.TokenId, lifetime, time.GetTimestamp(), null, null);
        }

        Id = response.ChannelId;
        // The sender may hold a token that was current a moment ago, so its keys are disposed one renewal later.
        _beforePrevious?.Dispose();
        (_beforePrevious, _previous, _current) = (_previous, _current, token);
    }

    /// <summary>Encodes a message as chunks, one behind the other.</summary>
    /// <param name="kind">MSG or CLO.</param>
    /// <param name="requestId">Its request id.</param>
    /// <param name="body">The encoded message.</param>
    /// <param name="limits">What the server takes.</param>
    /// <param name="output">Gets the chunks; cleared first.</param>
    /// <exception cref="ServiceException">The message is longer than the server takes; nothing was encoded.</exception>
    public ReadOnlyMemory<byte> Encode(MessageKind kind, uint requestId, ReadOnlySpan<byte> body, in TransportLimits limits,
        ref byte[] output)
    {
        var token = _current ?? throw new LinkException("the secure channel is not open");
        var most = MostBodyBytes((int)limits.SendBytes);
        var chunks = Math.Max(1, (body.Length + most - 1) / most);
        if ((limits.MessageBytes != 0 && body.Length > limits.MessageBytes) || (limits.Chunks != 0 && chunks > limits.Chunks))
            throw new ServiceException($"a request of {body.Length} bytes in {chunks} chunks",
                new StatusCode(StatusCodes.BadRequestTooLarge));
        var room = body.Length + (chunks * (int)Math.Min(limits.SendBytes, 512u));
        if (output.Length < room) output = new byte[Math.Max(room, output.Length * 2)];
        var written = 0;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var part = body[..Math.Min(most, body.Length)];
            body = body[part.Length..];
            written += EncodeChunk(token, kind, chunk == chunks - 1 ? 'F' : 'C', requestId, part, output, written);
        }

        return output.AsMemory(0, written);
    }

    /// <summary>Checks a MSG or CLO chunk of the server and decrypts it in place.</summary>
    /// <exception cref="LinkException">It is not of this channel, was altered, or is out of order.</exception>
    public ReceivedChunk Decode(Memory<byte> memory, ArraySegment<byte> array)
    {
        var chunk = memory.Span;
        if (chunk.Length < ClearBytes + SequenceBytes) throw new FrameException("a chunk shorter than its headers", chunk);
        var channel = BinaryPrimitives.ReadUInt32LittleEndian(chunk[8..]);
        if (channel != Id) throw new LinkException($"the server sent a chunk of secure channel {channel} on channel {Id}");
        var token = Token(BinaryPrimitives.ReadUInt32LittleEndian(chunk[12..]));
        var end = token.Receiving is { } keys ? Open(keys, chunk, array) : chunk.Length;
        _received.Check(BinaryPrimitives.ReadUInt32LittleEndian(chunk[ClearBytes..]));
        var request = BinaryPrimitives.ReadUInt32LittleEndian(chunk[(ClearBytes + 4)..]);
        return new ReceivedChunk(ChunkHeader.Kind(chunk), (char)chunk[3], request, (ClearBytes + SequenceBytes)..end);
    }

    /// <summary>Checks an OPN chunk of the server.</summary>
    /// <exception cref="LinkException">It is not of this server, was altered, or is out of order.</exception>
    public (uint RequestId, byte[] Body) DecodeOpen(ReadOnlySpan<byte> chunk)
    {
        var (sequence, request, body) = AsymmetricChunk.Decode(security, chunk);
        _received.Check(sequence);
        return (request, body);
    }

    public void Dispose()
    {
        _current?.Dispose();
        _previous?.Dispose();
        _beforePrevious?.Dispose();
    }

    private int EncodeChunk(SecurityToken token, MessageKind kind, char type, uint requestId, ReadOnlySpan<byte> part, byte[] output,
        int at)
    {
        var length = ClearBytes + SequenceBytes + part.Length;
        var padding = -1;
        if (security.IsSigned)
        {
            if (security.IsEncrypted)
            {
                var block = security.Policy.BlockBytes;
                var encrypted = length - ClearBytes + 1 + security.Policy.SignatureBytes;
                padding = (block - (encrypted % block)) % block;
                length += 1 + padding;
            }

            length += security.Policy.SignatureBytes;
        }

        var chunk = output.AsSpan(at, length);
        ChunkHeader.Write(chunk, kind, type);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[8..], Id);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[12..], token.Id);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[16..], _sent.Next());
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[20..], requestId);
        part.CopyTo(chunk[(ClearBytes + SequenceBytes)..]);
        if (token.Sending is not { } keys) return length;
        if (padding >= 0) chunk.Slice(ClearBytes + SequenceBytes + part.Length, padding + 1).Fill((byte)padding);
        var signed = length - security.Policy.SignatureBytes;
        keys.Sign(chunk[..signed], chunk[signed..]);
        if (security.IsEncrypted) keys.Transform(output, at + ClearBytes, length - ClearBytes);
        return length;
    }

    // Returns where the body ends.
    private int Open(SymmetricKeys keys, Span<byte> chunk, ArraySegment<byte> array)
    {
        var encrypted = chunk.Length - ClearBytes;
        if (security.IsEncrypted)
        {
            if (encrypted % security.Policy.BlockBytes != 0)
                throw new LinkException($"an encrypted chunk of {encrypted} bytes, which are no whole blocks");
            keys.Transform(array.Array!, array.Offset + ClearBytes, encrypted);
        }

        var end = chunk.Length - security.Policy.SignatureBytes;
        if (end < ClearBytes + SequenceBytes || !keys.Verify(chunk[..end], chunk[end..]))
            throw new LinkException("the signature of a chunk is wrong: it was altered on its way");
        if (!security.IsEncrypted) return end;
        var body = end - 1 - chunk[end - 1];
        return body >= ClearBytes + SequenceBytes ? body
            : throw new LinkException($"a padding of {chunk[end - 1]} bytes in a chunk of {chunk.Length}");
    }

    private SecurityToken Token(uint id)
    {
        if (_current is { } current && current.Id == id) return current;
        if (_previous is { } previous && previous.Id == id)
        {
            return previous.IsAcceptedAt(time) ? previous
                : throw new LinkException($"the server uses security token {id}, which has expired");
        }

        throw new LinkException($"the server uses security token {id}, which it never issued on this channel");
    }

    // Body bytes that fit one chunk with headers, padding and signature.
    private int MostBodyBytes(int chunkBytes)
    {
        if (!security.IsSigned) return chunkBytes - ClearBytes - SequenceBytes;
        var block = security.Policy.BlockBytes;
        return security.IsEncrypted
            ? ((chunkBytes - ClearBytes) / block * block) - SequenceBytes - 1 - security.Policy.SignatureBytes
            : chunkBytes - ClearBytes - SequenceBytes - security.Policy.SignatureBytes;
    }
}
