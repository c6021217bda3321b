using System.Buffers.Binary;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// Common Packet Format behind the header of SendRRData and SendUnitData (CIP volume 2, clause 2-6): interface handle (0), timeout, the
/// number of items (2), an address item and a data item.
/// <code>
/// SendRRData     00000000 0000 0200  0000 0000                     B200 length message
/// SendUnitData   00000000 0000 0200  A100 0400 connection id       B100 length sequence count, message
/// </code>
/// </summary>
internal static class CommonPacket
{
    /// <summary>Place of the message in a frame without a connection.</summary>
    public const int UnconnectedMessage = ItemsOffset + 8;

    /// <summary>Place of the message in a frame of a connection.</summary>
    public const int ConnectedMessage = SequenceOffset + 2;

    private const int ItemsOffset = Encapsulation.HeaderBytes + 8;
    private const int CountOffset = Encapsulation.HeaderBytes + 6;
    private const int ConnectionOffset = ItemsOffset + 4;
    private const int SequenceOffset = ItemsOffset + 12;

    private const ushort NullAddress = 0x0000;
    private const ushort ConnectedAddress = 0x00A1;
    private const ushort ConnectedData = 0x00B1;
    private const ushort UnconnectedData = 0x00B2;

    /// <summary>Writes everything before a message without a connection.</summary>
    public static void WriteUnconnected(Span<byte> frame, int messageBytes)
    {
        Encapsulation.WriteHeader(frame, EncapsulationCommand.SendRRData, UnconnectedMessage + messageBytes);
        var packet = frame[Encapsulation.HeaderBytes..UnconnectedMessage];
        packet.Clear();
        packet[6] = 2;
        BinaryPrimitives.WriteUInt16LittleEndian(packet[12..], UnconnectedData);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[14..], (ushort)messageBytes);
    }

    /// <summary>Writes everything before a message of a connection; its id and the sequence count are stamped when it is sent.</summary>
    public static void WriteConnected(Span<byte> frame, int messageBytes)
    {
        Encapsulation.WriteHeader(frame, EncapsulationCommand.SendUnitData, ConnectedMessage + messageBytes);
        var packet = frame[Encapsulation.HeaderBytes..ConnectedMessage];
        packet.Clear();
        packet[6] = 2;
        BinaryPrimitives.WriteUInt16LittleEndian(packet[8..], ConnectedAddress);
        packet[10] = 4;
        BinaryPrimitives.WriteUInt16LittleEndian(packet[16..], ConnectedData);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[18..], (ushort)(messageBytes + 2));
    }

    public static void StampConnection(Span<byte> frame, uint connection, ushort sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ConnectionOffset..], connection);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[SequenceOffset..], sequence);
    }

    /// <summary>
    /// The sequence count of a connected reply; false when it belongs to another connection. Some controllers repeat the id of the request
    /// instead of their own.
    /// </summary>
    /// <exception cref="FrameException">The lengths contradict each other.</exception>
    public static bool TrySequence(ReadOnlySpan<byte> frame, uint own, uint requested, out ushort sequence)
    {
        Message(frame);
        sequence = BinaryPrimitives.ReadUInt16LittleEndian(frame[SequenceOffset..]);
        var id = BinaryPrimitives.ReadUInt32LittleEndian(frame[ConnectionOffset..]);
        return id == own || id == requested;
    }

    /// <summary>The message in a reply to SendRRData or SendUnitData, without the sequence count.</summary>
    /// <exception cref="FrameException">The lengths contradict each other, or the items are others.</exception>
    public static ReadOnlySpan<byte> Message(ReadOnlySpan<byte> frame)
    {
        var isConnected = Encapsulation.Command(frame) == EncapsulationCommand.SendUnitData;
        var address = isConnected ? 4 : 0;
        var dataAt = ItemsOffset + 4 + address;
        if (frame.Length < dataAt + 4 || BinaryPrimitives.ReadUInt16LittleEndian(frame[CountOffset..]) < 2)
            throw new FrameException("a reply without an address item and a data item", frame);
        var addressType = BinaryPrimitives.ReadUInt16LittleEndian(frame[ItemsOffset..]);
        var addressLength = BinaryPrimitives.ReadUInt16LittleEndian(frame[(ItemsOffset + 2)..]);
        if (addressLength != address || addressType != (isConnected ? ConnectedAddress : NullAddress))
            throw new FrameException("a reply with another address item than its command has", frame);
        var dataType = BinaryPrimitives.ReadUInt16LittleEndian(frame[dataAt..]);
        var dataLength = BinaryPrimitives.ReadUInt16LittleEndian(frame[(dataAt + 2)..]);
        var data = frame[(dataAt + 4)..];
        if (dataType != (isConnected ? ConnectedData : UnconnectedData))
            throw new FrameException("a reply with another data item than its command has", frame);
        // Items behind the data item (socket addresses) carry nothing for explicit messages.
        if (dataLength > data.Length || dataLength < (isConnected ? 2 : 0))
            throw new FrameException($"a data item of {dataLength} bytes in a frame that has {data.Length} left", frame);
        return data[(isConnected ? 2 : 0)..dataLength];
    }
}
