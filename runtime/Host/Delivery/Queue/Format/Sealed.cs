using System.Buffers.Binary;
using System.Numerics;

namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>
/// The envelope of everything that the queue keeps: 4 bytes that say what it is, then the CRC-32C of all that follows. By it a thing is
/// known even where the database around it is in ruins.
/// </summary>
internal static class Sealed
{
    public const int Length = 8;

    /// <summary>"PRB1": a batch of records.</summary>
    public const uint Batch = 0x3142_5250;

    /// <summary>"PRS1": where the queue, a sink or a route stands.</summary>
    public const uint State = 0x3153_5250;

    /// <summary>"PRD1": a dead letter.</summary>
    public const uint DeadLetter = 0x3144_5250;

    /// <summary>Writes the envelope's first bytes; <see cref="Close"/> completes it.</summary>
    public static void Open(ByteWriter bytes, uint kind)
    {
        bytes.UInt32(kind);
        bytes.UInt32(0);
    }

    /// <summary>Puts the checksum in its place.</summary>
    public static void Close(Span<byte> bytes) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Checksum(bytes[Length..]));

    /// <summary>True when the bytes are whole and of this kind.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> bytes, uint kind) =>
        bytes.Length >= Length && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == kind
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == Checksum(bytes[Length..]);

    /// <summary>What is in the envelope.</summary>
    /// <exception cref="DamagedException">It is not whole, or of another kind.</exception>
    public static ByteReader Read(ReadOnlySpan<byte> bytes, uint kind) =>
        IsWhole(bytes, kind) ? new ByteReader(bytes[Length..]) : throw new DamagedException("the checksum is wrong");

    /// <summary>The same of bytes that were found whole before: the checksum is not made twice.</summary>
    /// <exception cref="DamagedException">They are of another kind.</exception>
    public static ByteReader Open(ReadOnlySpan<byte> bytes, uint kind) =>
        bytes.Length >= Length && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == kind
            ? new ByteReader(bytes[Length..])
            : throw new DamagedException("it is something else");

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var rest in bytes) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
