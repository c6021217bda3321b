using System.Buffers.Binary;
using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Postgres.Rows;

/// <summary>A time up to which everything is stored, and the keys of the rows near it that are stored. Immutable.</summary>
/// <param name="Time">In UTC; null if the table was empty.</param>
/// <param name="Floor">Time of the last row before the device started for the first time, in UTC; null to read all rows.</param>
/// <param name="Rows">Keys and times of the stored rows that a read from this position meets again.</param>
internal sealed record SavedPosition(DateTime? Time, DateTime? Floor, IReadOnlyList<(UInt128 Key, DateTime Time)> Rows);

/// <summary>
/// The file with the position of one device, <c>data/positions/DEVICE</c>. It is replaced as a whole, so that after a power failure it is
/// the old or the new one. Called by the driver's reader, one call at a time; blocking disk I/O of a few kilobytes. A write that fails is
/// logged once and tried again with the next position.
/// </summary>
/// <param name="context">Name of the device, folder of the site, and log.</param>
/// <param name="source">Database and table or use of the position; a position of another source is not used.</param>
internal sealed class PositionFile(PluginContext context, string source)
{
    private const uint Kind = 0x31_50_47_50;
    private const int RowBytes = 24;

    private readonly string _path = context.PathOf(Path.Combine("data", "positions", context.Name));
    private readonly ByteWriter _bytes = new();
    private bool _isFailing;

    /// <summary>Reads the file; null if there is none that can be used.</summary>
    public SavedPosition? Read()
    {
        try
        {
            if (!File.Exists(_path)) return null;
            var reader = Envelope.Read(File.ReadAllBytes(_path), Kind);
            if (reader.Text() is var other && other != source)
            {
                context.Log.Warn($"the saved position belongs to {other} and is not used for {source}");
                return null;
            }

            var (time, floor) = (ToTime(reader.Int64()), ToTime(reader.Int64()));
            var rows = new (UInt128, DateTime)[reader.Count()];
            for (var i = 0; i < rows.Length; i++)
                rows[i] = (BinaryPrimitives.ReadUInt128LittleEndian(reader.Bytes(16)), ToTime(reader.Int64()) ?? default);
            return new SavedPosition(time, floor, rows);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DamagedException or ArgumentOutOfRangeException)
        {
            context.Log.Warn($"the saved position cannot be read: {e.Message}; the device begins as for the first time");
            return null;
        }
    }

    /// <summary>Replaces the file. Returns false if that failed.</summary>
    public bool TryWrite(SavedPosition position)
    {
        _bytes.Clear();
        Envelope.Begin(_bytes, Kind);
        _bytes.Text(source);
        _bytes.Int64(position.Time?.Ticks ?? 0);
        _bytes.Int64(position.Floor?.Ticks ?? 0);
        _bytes.Unsigned((ulong)position.Rows.Count);
        Span<byte> key = stackalloc byte[RowBytes - 8];
        foreach (var row in position.Rows)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(key, row.Key);
            _bytes.Bytes(key);
            _bytes.Int64(row.Time.Ticks);
        }

        Envelope.Seal(_bytes.Writable);
        try
        {
            AtomicFile.Write(_path, _bytes.Written, context.PathOf("data"));
            _isFailing = false;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing) context.Log.Warn($"the position cannot be saved: {e.Message}; a restart would begin at the one before");
            _isFailing = true;
            return false;
        }
    }

    private static DateTime? ToTime(long ticks) => ticks == 0 ? null : new DateTime(ticks, DateTimeKind.Utc);
}
