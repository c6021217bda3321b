using System.Buffers.Binary;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Salvage;

/// <summary>
/// Reads SQLite's write-ahead log (SQLite file format, section 4) and finds damage in it. SQLite itself reads the log up to the first wrong
/// checksum and ignores the rest without an error; this reader checks each frame against the stored checksum of the frame before it, so
/// that damage in the middle is found and costs one page. Keeps no state; does blocking reads and never writes.
/// </summary>
internal static class WriteAheadLog
{
    private const int HeaderLength = 32;
    private const int FrameHeader = 24;
    private const uint Magic = 0x377F_0682;

    /// <summary>
    /// Returns the first damaged place that is followed by an intact commit; null if there is none. A cut-off end is not damage: a power
    /// failure leaves it.
    /// </summary>
    public static string? Damage(string path)
    {
        long? bad = null, wrong = null;
        Read(path, (_, _, isCommit, isWhole, number) =>
        {
            if (!isWhole) bad ??= number;
            else if (isCommit) wrong ??= bad;
        });
        return wrong switch
        {
            null => null,
            0 => "the head of the write-ahead log has a wrong checksum, and whole frames follow",
            _ => $"frame {wrong} of the write-ahead log has a wrong checksum, and whole ones follow",
        };
    }

    /// <summary>Returns the offset in the file of the latest committed, intact image of each page.</summary>
    public static IReadOnlyDictionary<uint, long> Pages(string path)
    {
        Dictionary<uint, long> pages = [], pending = [];
        Read(path, (page, offset, isCommit, isWhole, _) =>
        {
            if (!isWhole) return;
            pending[page] = offset;
            if (!isCommit) return;
            foreach (var (number, place) in pending) pages[number] = place;
            pending.Clear();
        });
        return pages;
    }

    private static void Read(string path, FrameTaker take)
    {
        if (!File.Exists(path)) return;
        using var file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[HeaderLength];
        if (RandomAccess.Read(file, header, 0) < HeaderLength) return;
        var isBigEndian = IsWhole(header, isBigEndian: true);
        var isWholeHeader = isBigEndian || IsWhole(header, isBigEndian: false);
        if (!isWholeHeader) isBigEndian = !BitConverter.IsLittleEndian;
        var salts = BinaryPrimitives.ReadUInt64BigEndian(header[16..]);
        var before = Stored(header[24..]);
        var frame = new byte[FrameHeader + RowCost.PageSize];
        var number = 1L;
        if (!isWholeHeader) take(0, 0, isCommit: false, isWhole: false, 0);
        for (var at = (long)HeaderLength; RandomAccess.Read(file, frame, at) == frame.Length; at += frame.Length, number++)
        {
            // After the last frame of the current pass come frames of an earlier pass, with other salts; the current pass has none behind
            // them.
            var found = BinaryPrimitives.ReadUInt64BigEndian(frame.AsSpan(8));
            if (number == 1 && !isWholeHeader) salts = found;
            var sum = Add(Add(before, frame.AsSpan(0, 8), isBigEndian), frame.AsSpan(FrameHeader), isBigEndian);
            before = Stored(frame.AsSpan(16));
            var isCommit = BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0;
            take(BinaryPrimitives.ReadUInt32BigEndian(frame), at + FrameHeader, isCommit, sum == before && found == salts, number);
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> header, bool isBigEndian) =>
        BinaryPrimitives.ReadUInt32BigEndian(header) == (isBigEndian ? Magic | 1 : Magic)
        && Add(default, header[..24], isBigEndian) == Stored(header[24..]);

    private static (uint, uint) Stored(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    private static (uint, uint) Add((uint First, uint Second) sum, ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum.First += Word(bytes, isBigEndian) + sum.Second;
            sum.Second += Word(bytes[4..], isBigEndian) + sum.First;
        }

        return sum;
    }

    private static uint Word(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    /// <summary>
    /// Receives one frame: its page, the offset of the page in the file, whether it ends a transaction and is intact, and its number from
    /// 1; number 0 is a damaged header.
    /// </summary>
    private delegate void FrameTaker(uint page, long offset, bool isCommit, bool isWhole, long number);
}
