using System.Buffers.Binary;

namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>A batch as it is stored; its number and age are known only when it is.</summary>
/// <param name="Bytes">The bytes, to be stamped.</param>
/// <param name="Tallies">Where its records go.</param>
internal sealed record EncodedBatch(byte[] Bytes, IReadOnlyList<Tally> Tallies)
{
    /// <summary>Writes number and age, and the checksum over all.</summary>
    public void Stamp(long number, TimeSpan age)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Bytes.AsSpan(Sealed.Length), number);
        BinaryPrimitives.WriteInt64LittleEndian(Bytes.AsSpan(Sealed.Length + 8), (long)age.TotalMilliseconds);
        Sealed.Close(Bytes);
    }
}
