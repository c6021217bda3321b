using System.Buffers;
using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Holds a copy of a row that is in flight to a sink. The queue thread creates it; the sink session decodes its bytes once and disposes it,
/// which returns the bytes to the array pool. The other properties stay valid until the row is finished.
/// </summary>
internal sealed class StoredRow(
    long number, int first, IReadOnlyList<int> refused, byte[] rented, int length, IReadOnlyList<RouteCount> tallies,
    long storedAt) : IDisposable
{
    private bool _isGivenBack;

    /// <summary>The number of the batch.</summary>
    public long Number { get; } = number;

    /// <summary>The index of the first record that was not delivered yet.</summary>
    public int First { get; } = first;

    /// <summary>The indexes of records that are dead letters already.</summary>
    public IReadOnlyList<int> Rejected { get; } = refused;

    /// <summary>The recipes and sinks of its records, with counts.</summary>
    public IReadOnlyList<RouteCount> Routes { get; } = tallies;

    /// <summary>Monotonic timestamp at which the batch was stored; it may lie before the start of the process.</summary>
    public long StoredAt { get; } = storedAt;

    /// <summary>The length of the batch in bytes.</summary>
    public int Length { get; } = length;

    /// <summary>The bytes of the batch; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Bytes => rented.AsSpan(0, Length);

    /// <summary>Copies a row into a rented array.</summary>
    public static StoredRow Copy(
        long number, int first, IReadOnlyList<int> refused, ReadOnlySpan<byte> bytes, IReadOnlyList<RouteCount> tallies, long storedAt)
    {
        var rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented);
        return new StoredRow(number, first, refused, rented, bytes.Length, tallies, storedAt);
    }

    public void Dispose()
    {
        if (_isGivenBack) return;
        _isGivenBack = true;
        ArrayPool<byte>.Shared.Return(rented);
    }
}
