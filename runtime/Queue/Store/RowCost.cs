namespace PlantRuntime.Queue.Store;

/// <summary>
/// Computes the bytes of the database file that a row occupies: SQLite fills leaf pages with cells and puts the rest of a long payload on
/// overflow pages (SQLite file format, section 1.6, "B-tree Cell Format"). <c>max_size</c> is compared with these bytes, so that it limits
/// the file. Pure.
/// </summary>
internal static class RowCost
{
    /// <summary>4096 bytes: the page size of the queue's file.</summary>
    public const int PageSize = 4096;

    private const int LeafHeader = 8;
    private const int CellExtra = 20;
    private const int MostLocal = PageSize - 35;
    private const int LeastLocal = ((PageSize - 12) * 32 / 255) - 23;
    private const int OverflowRoom = PageSize - 4;

    /// <summary>Returns the bytes of the file for a row with a payload of this many bytes.</summary>
    public static long From(int payload)
    {
        payload += CellExtra;
        if (payload <= MostLocal) return ShareOfLeaf(payload);
        var local = LeastLocal + ((payload - LeastLocal) % OverflowRoom);
        if (local > MostLocal) local = LeastLocal;
        return ShareOfLeaf(local) + ((payload - local + OverflowRoom - 1) / OverflowRoom * (long)PageSize);
    }

    private static long ShareOfLeaf(int cell) => PageSize / Math.Max(1, (PageSize - LeafHeader) / (cell + 2));
}
