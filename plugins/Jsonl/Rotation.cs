using System.Globalization;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>
/// Decides when a file is closed, and renames it to the time of its last write, <c>lines.2026-11-21T08-00-00.123Z.jsonl</c>, or with the
/// offset of the site's zone, <c>lines.2026-11-21T09-00-00.123+0100.jsonl</c>, so that the file of a day has the name of that day.
/// Deletes the oldest closed files. Owned by one <see cref="JsonlSink"/>; called while the file is closed, except <see cref="IsDue"/>.
/// </summary>
internal sealed class Rotation(string path, JsonlOptions options, TimeZoneInfo zone)
{
    private const string UtcFormat = "yyyy-MM-dd'T'HH-mm-ss.fff'Z'";
    private const string OffsetFormat = "yyyy-MM-dd'T'HH-mm-ss.fffzzz";
    private static readonly string[] s_formats = [UtcFormat, OffsetFormat];
    private readonly string _folder = Path.GetDirectoryName(path)!;
    private readonly string _stem = Path.GetFileNameWithoutExtension(path) + ".";
    private readonly string _extension = Path.GetExtension(path);

    /// <summary>True if these bytes belong in a new file. A clock that has not settled, null, begins no new day.</summary>
    public bool IsDue(LineFile file, int bytes, DateTime? now) =>
        file.Length > 0
        && ((options.RotateSize is { } size && file.Length + bytes > size.Bytes)
            || (options.RotateEvery == RotateEvery.Day && now is { } time && DayOf(file.LastWrite) < DayOf(time)));

    /// <summary>
    /// Gives the closed file its final name, later than that of any other, and deletes the oldest beyond the number kept.
    /// </summary>
    /// <param name="lastWrite">Time of its last write, in UTC.</param>
    /// <param name="warn">Logs a file that cannot be deleted.</param>
    public void Rename(DateTime lastWrite, Action<string> warn)
    {
        var closed = Closed();
        var stamp = lastWrite.AddTicks(-(lastWrite.Ticks % TimeSpan.TicksPerMillisecond));
        if (closed.Count > 0 && stamp <= closed[^1].Stamp) stamp = closed[^1].Stamp.AddMilliseconds(1);
        var target = NameAt(stamp);
        File.Move(path, target);
        if (options.Fsync) FolderSync.Flush(_folder);
        if (options.Keep is { } keep) Delete(closed.SkipLast(keep - 1), warn);
    }

    private DateTime DayOf(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(utc, zone).Date;

    private static void Delete(IEnumerable<(DateTime Stamp, string Path)> files, Action<string> warn)
    {
        foreach (var (_, file) in files)
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                warn($"KEPT file={file} reason=\"{exception.Message}\"");
            }
        }
    }

    /// <summary>Returns the files closed earlier, oldest first; files with other names are ignored.</summary>
    private List<(DateTime Stamp, string Path)> Closed()
    {
        var found = new List<(DateTime Stamp, string Path)>();
        foreach (var file in Directory.EnumerateFiles(_folder))
        {
            var name = Path.GetFileName(file.AsSpan());
            if (!name.StartsWith(_stem, StringComparison.Ordinal) || !name.EndsWith(_extension, StringComparison.Ordinal)) continue;
            if (name.Length <= _stem.Length + _extension.Length) continue;
            if (TryParse(name[_stem.Length..^_extension.Length], out var stamp)) found.Add((stamp, file));
        }

        found.Sort((a, b) => a.Stamp.CompareTo(b.Stamp));
        return found;
    }

    private string NameAt(DateTime stamp)
    {
        var local = TimeZoneInfo.ConvertTime(new DateTimeOffset(stamp), zone);
        var time = zone == TimeZoneInfo.Utc
            ? stamp.ToString(UtcFormat, CultureInfo.InvariantCulture)
            : local.ToString(OffsetFormat, CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        return Path.Combine(_folder, _stem + time + _extension);
    }

    // Reads both forms, because files remain when the zone of the site is changed.
    private static bool TryParse(ReadOnlySpan<char> text, out DateTime stamp)
    {
        var isStamp = DateTimeOffset.TryParseExact(
            text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        stamp = time.UtcDateTime;
        return isStamp;
    }
}
