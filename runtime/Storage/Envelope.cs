using System.Buffers.Binary;
using System.Numerics;

namespace PlantRuntime.Storage;

/// <summary>
/// Writes and verifies the envelope of stored items: 4 bytes for their kind, then 4 bytes for the CRC-32C of all bytes that follow, both
/// little-endian. An item in its envelope can be recognised and verified even if the database or file around it is damaged. Pure.
/// </summary>
public static class Envelope
{
    /// <summary>Number of bytes before the content.</summary>
    public const int Length = 8;

    /// <summary>Writes the kind and room for the checksum; <see cref="Seal"/> completes the envelope after the content.</summary>
    public static void Begin(ByteWriter bytes, uint kind)
    {
        bytes.UInt32(kind);
        bytes.UInt32(0);
    }

    /// <summary>Writes the checksum over the content.</summary>
    public static void Seal(Span<byte> bytes) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Checksum(bytes[Length..]));

    /// <summary>True if the bytes are an intact item of this kind.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> bytes, uint kind) =>
        IsOf(bytes, kind) && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == Checksum(bytes[Length..]);

    /// <summary>Returns a reader of the content.</summary>
    /// <exception cref="DamagedException">The item is not intact, or of another kind.</exception>
    public static ByteReader Read(ReadOnlySpan<byte> bytes, uint kind) =>
        IsIntact(bytes, kind) ? new ByteReader(bytes[Length..]) : throw new DamagedException("the checksum is wrong");

    /// <summary>Returns a reader of the content of an item that the caller has verified; does not compute the checksum again.</summary>
    /// <exception cref="DamagedException">The item is of another kind.</exception>
    public static ByteReader ReadVerified(ReadOnlySpan<byte> bytes, uint kind) =>
        IsOf(bytes, kind) ? new ByteReader(bytes[Length..]) : throw new DamagedException("it is something else");

    private static bool IsOf(ReadOnlySpan<byte> bytes, uint kind) =>
        bytes.Length >= Length && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == kind;

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var rest in bytes) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
