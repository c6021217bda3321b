using System.Buffers.Binary;

namespace PlantRuntime.Queue.Format;

/// <summary>
/// Holds a batch as it will be stored. <see cref="BatchEncoder"/> creates it without number and age, which <see cref="Stamp"/> writes
/// within the transaction that stores it. Owned by one thread at a time: the recipe's, then the queue thread.
/// </summary>
/// <param name="Bytes">The bytes in their envelope; not valid before <see cref="Stamp"/>.</param>
/// <param name="Routes">The recipes and sinks of its records, with counts.</param>
internal sealed record EncodedBatch(byte[] Bytes, IReadOnlyList<RouteCount> Routes)
{
    /// <summary>
    /// Writes the number, the age (in milliseconds) and then the checksum. May be called again if the transaction failed.
    /// </summary>
    public void Stamp(long number, TimeSpan age)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Bytes.AsSpan(Envelope.Length), number);
        BinaryPrimitives.WriteInt64LittleEndian(Bytes.AsSpan(Envelope.Length + 8), (long)age.TotalMilliseconds);
        Envelope.Seal(Bytes);
    }
}
