using System.Buffers;
using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>A row on its way to a sink. Its bytes are rented and given back by <see cref="Dispose"/>.</summary>
internal sealed class StoredRow(long number, int first, IReadOnlyList<int> refused, byte[] rented, int length, IReadOnlyList<Tally> tallies) : IDisposable
{
    private bool _isGivenBack;

    public long Number { get; } = number;

    /// <summary>The first index that is not delivered yet.</summary>
    public int First { get; } = first;

    /// <summary>Indexes that are dead letters already.</summary>
    public IReadOnlyList<int> Refused { get; } = refused;

    /// <summary>Where its records go.</summary>
    public IReadOnlyList<Tally> Tallies { get; } = tallies;

    /// <summary>Length of the batch in bytes.</summary>
    public int Length { get; } = length;

    /// <summary>The batch, until the row is disposed of.</summary>
    public ReadOnlySpan<byte> Bytes => rented.AsSpan(0, Length);

    public static StoredRow Copy(long number, int first, IReadOnlyList<int> refused, ReadOnlySpan<byte> bytes, IReadOnlyList<Tally> tallies)
    {
        var rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented);
        return new StoredRow(number, first, refused, rented, bytes.Length, tallies);
    }

    public void Dispose()
    {
        if (_isGivenBack) return;
        _isGivenBack = true;
        ArrayPool<byte>.Shared.Return(rented);
    }
}
