namespace PlantRuntime.Queue.Store;

/// <summary>Identifies a record by its place in the queue. Immutable; ordered by row, then by index.</summary>
/// <param name="Row">The number of the batch.</param>
/// <param name="Index">The index of the record in the batch, from 0.</param>
internal readonly record struct RecordPosition(long Row, int Index) : IComparable<RecordPosition>
{
    public int CompareTo(RecordPosition other) => Row != other.Row ? Row.CompareTo(other.Row) : Index.CompareTo(other.Index);
}
