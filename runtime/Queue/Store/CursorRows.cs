using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>Finds the rows that a sink's cursor still has to deliver. Reads only; used on the queue thread, like its tables.</summary>
internal sealed class CursorRows(QueueTables tables)
{
    /// <summary>True if the row's column <c>sinks</c> names the sink and the row is not in the cursor's skipped ranges.</summary>
    public static bool IsWanted(SinkCursor cursor, long number, ReadOnlySpan<byte> sinks) =>
        sinks.IndexOf(cursor.Mark) >= 0 && !cursor.IsSkipped(number);

    /// <summary>
    /// Returns the header of the first intact row that the sink wants with a number above <paramref name="after"/>; null if there is none.
    /// </summary>
    public BatchHeader? First(SinkCursor cursor, long after)
    {
        BatchHeader? first = null;
        tables.ReadBatches(after, (number, sinks, row) =>
        {
            if (IsWanted(cursor, number, sinks)) first = BatchHeader.TryRead(row.Bytes(2));
            return first is null;
        });
        return first;
    }
}
