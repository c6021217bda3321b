using System.Buffers.Binary;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Salvage;

/// <summary>
/// Reads rows from the leaf pages of tables (SQLite file format, sections 1.6 and 2.1), page by page, without the B-tree above them, which
/// may be damaged. Returns the last column of each row if it is a blob; the caller verifies the blob by its envelope. Keeps no state;
/// checks every length before use.
/// </summary>
internal static class LeafCells
{
    private const byte TableLeaf = 0x0D;
    private const int FileHeader = 100;
    private const int MostLocal = RowCost.PageSize - 35;
    private const int LeastLocal = ((RowCost.PageSize - 12) * 32 / 255) - 23;

    /// <summary>128 MB: a longer payload is taken as damage.</summary>
    private const int MostPayload = 128 << 20;

    /// <summary>Enumerates the blobs lazily; each is a new array. Rows that SQLite has deleted may appear.</summary>
    public static IEnumerable<byte[]> Blobs(PageImage pages)
    {
        var page = new byte[RowCost.PageSize];
        for (var number = 1u; number <= pages.Count; number++)
        {
            if (!pages.TryRead(number, page)) continue;
            var start = number == 1 ? FileHeader : 0;
            if (page[start] != TableLeaf) continue;
            var cells = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(start + 3)), (page.Length - start - 8) / 2);
            for (var i = 0; i < cells; i++)
            {
                var at = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(start + 8 + (2 * i)));
                if (Payload(pages, page, at) is { } payload && LastBlob(payload) is { } blob) yield return blob;
            }
        }
    }

    private static byte[]? Payload(PageImage pages, byte[] page, int at)
    {
        if (!TryVarint(page, ref at, out var length) || !TryVarint(page, ref at, out _) || length is <= 0 or > MostPayload) return null;
        var local = (int)length;
        if (length > MostLocal)
        {
            local = LeastLocal + (int)((length - LeastLocal) % (RowCost.PageSize - 4));
            if (local > MostLocal) local = LeastLocal;
        }

        if (at + local > page.Length) return null;
        var payload = new byte[length];
        page.AsSpan(at, local).CopyTo(payload);
        return length == local || (at + local + 4 <= page.Length
            && TryOverflow(pages, BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at + local)), payload.AsMemory(local))) ? payload : null;
    }

    private static bool TryOverflow(PageImage pages, uint next, Memory<byte> rest)
    {
        var page = new byte[RowCost.PageSize];
        while (!rest.IsEmpty)
        {
            if (!pages.TryRead(next, page)) return false;
            var part = Math.Min(rest.Length, page.Length - 4);
            page.AsSpan(4, part).CopyTo(rest.Span);
            rest = rest[part..];
            next = BinaryPrimitives.ReadUInt32BigEndian(page);
        }

        return true;
    }

    private static byte[]? LastBlob(byte[] payload)
    {
        var at = 0;
        if (!TryVarint(payload, ref at, out var headerLength) || headerLength > payload.Length) return null;
        var type = 0L;
        while (at < headerLength)
        {
            if (!TryVarint(payload, ref at, out type)) return null;
        }

        // Serial types: even ones from 12 on are blobs of (type - 12) / 2 bytes; the last column ends the row.
        if (type < 12 || (type & 1) == 1 || (type - 12) / 2 > payload.Length - headerLength) return null;
        return payload[^(int)((type - 12) / 2)..];
    }

    private static bool TryVarint(byte[] bytes, ref int at, out long value)
    {
        value = 0;
        for (var i = 0; i < 9 && at < bytes.Length; i++)
        {
            var part = bytes[at++];
            if (i == 8)
            {
                value = (value << 8) | part;
                return true;
            }

            value = (value << 7) | (uint)(part & 0x7F);
            if (part < 0x80) return true;
        }

        return false;
    }
}
