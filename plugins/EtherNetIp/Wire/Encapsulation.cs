using System.Buffers.Binary;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>Commands of the encapsulation protocol (CIP volume 2, table 2-3.2).</summary>
internal enum EncapsulationCommand : ushort
{
    ListIdentity = 0x63,
    RegisterSession = 0x65,
    UnregisterSession = 0x66,
    SendRRData = 0x6F,
    SendUnitData = 0x70,
}

/// <summary>
/// The header of each frame (CIP volume 2, clause 2-3.1): command, length of the rest, session handle, status, context of 8 bytes that a
/// reply repeats, options. All numbers are little-endian.
/// </summary>
internal static class Encapsulation
{
    public const int HeaderBytes = 24;

    /// <summary>Longest frame that a length of 16 bits allows.</summary>
    public const int MostFrameBytes = HeaderBytes + ushort.MaxValue;

    /// <summary>Bytes of RegisterSession and its reply: protocol version 1 and no options follow the header.</summary>
    public const int RegisterBytes = HeaderBytes + 4;

    private const int LengthOffset = 2;
    private const int SessionOffset = 4;
    private const int StatusOffset = 8;
    private const int ContextOffset = 12;
    private const ushort ContextMark = 0x7052;
    private const uint InvalidSession = 0x64;

    /// <summary>Length of the frame that begins here, or 0 when more bytes are needed to know.</summary>
    /// <exception cref="FrameException">The bytes begin no reply of the protocol.</exception>
    public static int FrameLength(ReadOnlySpan<byte> start)
    {
        if (start.Length >= 2 && start[1] != 0) throw new FrameException("no frame of EtherNet/IP", start);
        return start.Length < HeaderBytes ? 0 : HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(start[LengthOffset..]);
    }

    /// <summary>Writes a header; session and context are stamped when the frame is sent.</summary>
    public static void WriteHeader(Span<byte> frame, EncapsulationCommand command, int length)
    {
        frame[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(frame, (ushort)command);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[LengthOffset..], (ushort)(length - HeaderBytes));
    }

    public static int WriteRegister(Span<byte> frame)
    {
        WriteHeader(frame, EncapsulationCommand.RegisterSession, RegisterBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[HeaderBytes..], 1);
        return RegisterBytes;
    }

    public static int WriteUnregister(Span<byte> frame, uint session)
    {
        WriteHeader(frame, EncapsulationCommand.UnregisterSession, HeaderBytes);
        StampSession(frame, session);
        return HeaderBytes;
    }

    public static int WriteListIdentity(Span<byte> frame)
    {
        WriteHeader(frame, EncapsulationCommand.ListIdentity, HeaderBytes);
        return HeaderBytes;
    }

    public static void StampSession(Span<byte> frame, uint session) =>
        BinaryPrimitives.WriteUInt32LittleEndian(frame[SessionOffset..], session);

    /// <summary>Puts the id of a request into the context that its reply repeats.</summary>
    public static void StampContext(Span<byte> frame, ushort id)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(frame[ContextOffset..], id);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[(ContextOffset + 2)..], ContextMark);
    }

    /// <summary>The id in a reply's context; false for a context that no request of this driver has.</summary>
    public static bool TryContext(ReadOnlySpan<byte> frame, out ushort id)
    {
        id = BinaryPrimitives.ReadUInt16LittleEndian(frame[ContextOffset..]);
        return BinaryPrimitives.ReadUInt16LittleEndian(frame[(ContextOffset + 2)..]) == ContextMark
            && BinaryPrimitives.ReadUInt32LittleEndian(frame[(ContextOffset + 4)..]) == 0;
    }

    /// <summary>True for a context of zeros, which a request of this driver never has.</summary>
    public static bool IsContextEmpty(ReadOnlySpan<byte> frame) => !frame.Slice(ContextOffset, 8).ContainsAnyExcept((byte)0);

    public static EncapsulationCommand Command(ReadOnlySpan<byte> frame) =>
        (EncapsulationCommand)BinaryPrimitives.ReadUInt16LittleEndian(frame);

    public static uint Session(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[SessionOffset..]);

    public static uint Status(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[StatusOffset..]);

    /// <summary>Reads the reply to RegisterSession.</summary>
    /// <exception cref="LinkException">The controller refuses, or the frame is another one.</exception>
    public static uint ReadRegistered(ReadOnlySpan<byte> frame)
    {
        if (Command(frame) != EncapsulationCommand.RegisterSession)
            throw new FrameException("another frame than the reply to RegisterSession", frame);
        CheckStatus(frame, "the controller refuses a session");
        return frame.Length == RegisterBytes && Session(frame) is not 0 and var session
            ? session
            : throw new FrameException("a reply to RegisterSession without a session", frame);
    }

    /// <summary>Checks the status of a reply.</summary>
    /// <exception cref="LinkException">The controller does not accept the frame: the session is of no more use.</exception>
    public static void CheckStatus(ReadOnlySpan<byte> frame, string what)
    {
        if (Status(frame) is not 0 and var status) throw new LinkException($"{what}: {Describe(status)}");
    }

    /// <summary>Checks that the controller still knows the session.</summary>
    /// <exception cref="LinkException">It does not: the session is of no more use.</exception>
    public static void CheckSession(ReadOnlySpan<byte> frame)
    {
        if (Status(frame) == InvalidSession) throw new LinkException($"the controller refuses a request: {Describe(InvalidSession)}");
    }

    /// <summary>The status in words (CIP volume 2, table 2-3.3).</summary>
    public static string Describe(uint status) => status switch
    {
        0x01 => "invalid or unsupported command (0001)",
        0x02 => "out of memory for another session (0002): close other clients, or wait until the controller drops their sessions",
        0x03 => "incorrect data in the frame (0003)",
        InvalidSession => "it does not know this session any more (0064)",
        0x65 => "invalid length (0065)",
        0x69 => "unsupported version of the encapsulation protocol (0069)",
        _ => $"encapsulation status {status:X4}",
    };
}
