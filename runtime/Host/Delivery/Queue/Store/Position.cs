namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>A place in the queue: the next record that counts.</summary>
/// <param name="Row">Number of the batch.</param>
/// <param name="Index">Index in it.</param>
internal readonly record struct Position(long Row, int Index) : IComparable<Position>
{
    public int CompareTo(Position other) => Row != other.Row ? Row.CompareTo(other.Row) : Index.CompareTo(other.Index);
}
