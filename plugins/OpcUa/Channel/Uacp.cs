using System.Buffers.Binary;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>Kinds of messages, as the three letters that begin them (OPC 10000-6, 6.7.2.2 and 7.1.2.2).</summary>
internal enum MessageKind
{
    Hello,
    Acknowledge,
    Error,
    Open,
    Close,
    Message,
}

/// <summary>
/// The header of every chunk (OPC 10000-6, 7.1.2.2): three letters, then F (final), C (more follow) or A (aborted), then the length of the
/// whole chunk.
/// </summary>
internal static class ChunkHeader
{
    public const int Bytes = 8;

    /// <summary>Length of the chunk that begins here, or 0 when more bytes are needed. Used by <see cref="FrameBuffer"/>.</summary>
    public static int LengthOf(ReadOnlySpan<byte> start)
    {
        if (start.Length < Bytes) return 0;
        Kind(start);
        if (start[3] is not ((byte)'F' or (byte)'C' or (byte)'A'))
            throw new FrameException("a chunk that is neither final, intermediate nor aborted", start);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(start[4..]);
        return length is >= Bytes and <= int.MaxValue ? (int)length : throw new FrameException($"a chunk of {length} bytes", start);
    }

    public static MessageKind Kind(ReadOnlySpan<byte> chunk) => (chunk[0], chunk[1], chunk[2]) switch
    {
        ((byte)'M', (byte)'S', (byte)'G') => MessageKind.Message,
        ((byte)'O', (byte)'P', (byte)'N') => MessageKind.Open,
        ((byte)'C', (byte)'L', (byte)'O') => MessageKind.Close,
        ((byte)'A', (byte)'C', (byte)'K') => MessageKind.Acknowledge,
        ((byte)'E', (byte)'R', (byte)'R') => MessageKind.Error,
        ((byte)'H', (byte)'E', (byte)'L') => MessageKind.Hello,
        _ => throw new FrameException("bytes that are no OPC UA message: does another protocol answer on this port?", chunk),
    };

    public static void Write(Span<byte> chunk, MessageKind kind, char chunkType)
    {
        var letters = kind switch
        {
            MessageKind.Hello => "HEL"u8,
            MessageKind.Open => "OPN"u8,
            MessageKind.Close => "CLO"u8,
            _ => "MSG"u8,
        };
        letters.CopyTo(chunk);
        chunk[3] = (byte)chunkType;
        BinaryPrimitives.WriteInt32LittleEndian(chunk[4..], chunk.Length);
    }
}

/// <summary>The limits of one end of a connection (OPC 10000-6, 7.1.2.3 and 7.1.2.4); 0 means no limit.</summary>
/// <param name="ReceiveBytes">Longest chunk it receives.</param>
/// <param name="SendBytes">Longest chunk it sends.</param>
/// <param name="MessageBytes">Longest message it receives, all chunks together, without headers and padding.</param>
/// <param name="Chunks">Most chunks of a message it receives.</param>
internal readonly record struct TransportLimits(uint ReceiveBytes, uint SendBytes, uint MessageBytes, uint Chunks)
{
    /// <summary>Least length of a chunk that each end has to take (7.1.2.3).</summary>
    public const int LeastChunkBytes = 8192;

    private const uint ProtocolVersion = 0;

    /// <summary>The Hello message (7.1.2.3).</summary>
    public byte[] Hello(string endpointUrl)
    {
        var writer = new UaWriter();
        writer.Room(ChunkHeader.Bytes);
        writer.UInt32(ProtocolVersion);
        writer.UInt32(ReceiveBytes);
        writer.UInt32(SendBytes);
        writer.UInt32(MessageBytes);
        writer.UInt32(Chunks);
        writer.String(endpointUrl);
        var message = writer.Written.ToArray();
        ChunkHeader.Write(message, MessageKind.Hello, 'F');
        return message;
    }

    /// <summary>Reads the server's answer to Hello, an Acknowledge (7.1.2.4), and combines its limits with these.</summary>
    /// <returns>What may be sent: <see cref="SendBytes"/> is the longest chunk.</returns>
    /// <exception cref="LinkException">The server refuses, or its limits are less than the specification allows.</exception>
    public TransportLimits Agree(ReadOnlySpan<byte> chunk)
    {
        if (ChunkHeader.Kind(chunk) == MessageKind.Error) throw UacpError.From(chunk);
        if (ChunkHeader.Kind(chunk) != MessageKind.Acknowledge) throw new FrameException("another message instead of Acknowledge", chunk);
        try
        {
            var reader = new UaReader(chunk[ChunkHeader.Bytes..]);
            reader.UInt32();
            var (receives, sends, message, chunks) = (reader.UInt32(), reader.UInt32(), reader.UInt32(), reader.UInt32());
            if (receives < LeastChunkBytes)
                throw new LinkException(
                    $"the server takes chunks of {receives} bytes only; at least {LeastChunkBytes} are required (OPC 10000-6, 7.1.2.4)");
            if (sends > ReceiveBytes)
                throw new LinkException($"the server wants to send chunks of {sends} bytes, but was told that {ReceiveBytes} are taken");
            return new TransportLimits(ReceiveBytes, Math.Min(SendBytes, receives), message, chunks);
        }
        catch (DecodingException e)
        {
            throw new FrameException($"an Acknowledge that cannot be read ({e.Message})", chunk);
        }
    }
}

/// <summary>The server ended the connection and said why.</summary>
internal sealed class ServerErrorException(StatusCode status, string message) : LinkException(message)
{
    public StatusCode Status { get; } = status;
}

/// <summary>The Error message with which a server ends a connection (OPC 10000-6, 7.1.2.5).</summary>
internal static class UacpError
{
    private const int MostReasonBytes = 4096;

    public static LinkException From(ReadOnlySpan<byte> chunk)
    {
        try
        {
            var reader = new UaReader(chunk[ChunkHeader.Bytes..]);
            var status = reader.StatusCode();
            var reason = reader.Bytes();
            if (reason.Length > MostReasonBytes) throw reader.Wrong($"a reason of {reason.Length} bytes");
            var text = reason.IsEmpty ? "" : $": {System.Text.Encoding.UTF8.GetString(reason)}";
            return new ServerErrorException(status, $"the server ended the connection: {status}{text}");
        }
        catch (DecodingException e)
        {
            return new FrameException($"an Error message that cannot be read ({e.Message})", chunk);
        }
    }
}
