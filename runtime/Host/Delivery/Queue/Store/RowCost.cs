namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// What a row takes of the file: SQLite fills pages with cells, and puts what does not fit into pages of its own (SQLite file format,
/// section 1.6, "B-tree Cell Format"). Caps are kept in these bytes, so that a capped queue is a capped file.
/// </summary>
internal static class RowCost
{
    public const int PageSize = 4096;
    private const int LeafHeader = 8;
    private const int CellExtra = 20;
    private const int MostLocal = PageSize - 35;
    private const int LeastLocal = ((PageSize - 12) * 32 / 255) - 23;
    private const int OverflowRoom = PageSize - 4;

    /// <summary>Bytes of the file for a row with a payload of this length.</summary>
    public static long Of(int payload)
    {
        payload += CellExtra;
        if (payload <= MostLocal) return ShareOfLeaf(payload);
        var local = LeastLocal + ((payload - LeastLocal) % OverflowRoom);
        if (local > MostLocal) local = LeastLocal;
        return ShareOfLeaf(local) + ((payload - local + OverflowRoom - 1) / OverflowRoom * (long)PageSize);
    }

    private static long ShareOfLeaf(int cell) => PageSize / Math.Max(1, (PageSize - LeafHeader) / (cell + 2));
}
