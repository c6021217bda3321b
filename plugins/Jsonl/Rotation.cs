using System.Globalization;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>
/// When a file is closed, and what it is called then: <c>lines.2026-11-21T08-00-00.123Z.jsonl</c>, after its last write, so that names sort
/// by time and a day's file bears that day.
/// </summary>
internal sealed class Rotation(string path, JsonlOptions options)
{
    private const string StampFormat = "yyyy-MM-dd'T'HH-mm-ss.fff'Z'";
    private readonly string _folder = Path.GetDirectoryName(path)!;
    private readonly string _stem = Path.GetFileNameWithoutExtension(path) + ".";
    private readonly string _extension = Path.GetExtension(path);

    /// <summary>True when these bytes belong into a new file.</summary>
    public bool IsDue(LineFile file, int bytes, DateTime now) =>
        file.Length > 0
        && ((options.RotateSize is { } size && file.Length + bytes > size.Bytes)
            || (options.RotateEvery == RotateEvery.Day && file.LastWrite.Date < now.Date));

    /// <summary>Gives a closed file its final name, later than that of any other, and takes away those beyond the number kept.</summary>
    /// <param name="lastWrite">When it was last written to, in UTC.</param>
    /// <param name="warn">Told what could not be taken away.</param>
    public void Rename(DateTime lastWrite, Action<string> warn)
    {
        var closed = Closed();
        var stamp = lastWrite.AddTicks(-(lastWrite.Ticks % TimeSpan.TicksPerMillisecond));
        if (closed.Count > 0 && stamp <= closed[^1].Stamp) stamp = closed[^1].Stamp.AddMilliseconds(1);
        var target = NameAt(stamp);
        File.Move(path, target);
        if (options.Fsync) FolderSync.Flush(_folder);
        if (options.Keep is { } keep) Remove(closed.SkipLast(keep - 1), warn);
    }

    private static void Remove(IEnumerable<(DateTime Stamp, string Path)> files, Action<string> warn)
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

    /// <summary>The files closed earlier, oldest first; names that are not ours are left alone.</summary>
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

    private string NameAt(DateTime stamp) =>
        Path.Combine(_folder, _stem + stamp.ToString(StampFormat, CultureInfo.InvariantCulture) + _extension);

    private static bool TryParse(ReadOnlySpan<char> text, out DateTime stamp) =>
        DateTime.TryParseExact(
            text, StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out stamp);
}
