using System.Globalization;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Verifies the chain of the audit log over all its files, oldest first. Created once per verification; blocking file I/O; changes nothing
/// but the lock, which it holds only while it opens the files, so that a running host can write on.
/// </summary>
/// <param name="siteFolder">Absolute path of the site's folder.</param>
/// <param name="expected">A hash that was printed before and has to be there still; null for none.</param>
internal sealed class AuditVerification(string siteFolder, string? expected)
{
    private const int MostLineBytes = 1 << 20;
    private readonly List<string> _notes = [];

    /// <summary>The number of files.</summary>
    public int Files { get; private set; }

    /// <summary>The number of lines, including those of <see cref="Unchained"/>.</summary>
    public long Lines { get; private set; }

    /// <summary>The number of lines before the first that names a hash: written by versions without a chain.</summary>
    public long Unchained { get; private set; }

    /// <summary>The hash of the last line.</summary>
    public string Last { get; private set; } = AuditChain.Beginning;

    /// <summary>Lines that are incomplete or name no hash, with their places: a power failure or a full disk leaves such lines.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The first line that does not fit the one before it, with its place; null if the chain is intact.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads all files.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public void Run()
    {
        var isExpectedFound = expected is null;
        var hasChain = false;
        var files = Open();
        try
        {
            foreach (var file in files)
            {
                var name = Path.GetFileName(file.Name);
                var number = 0L;
                foreach (var (line, isComplete) in Read(file))
                {
                    number++;
                    var at = $"{name}:{number}";
                    Check(line, isComplete, at, ref hasChain);
                    Last = AuditChain.HashOf(line);
                    isExpectedFound |= Last.Equals(expected, StringComparison.OrdinalIgnoreCase);
                    Lines++;
                    if (!hasChain) Unchained++;
                }
            }
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }

        Files = files.Count;
        if (!isExpectedFound) Problem ??= $"no line has the hash {expected}: lines were removed at the end, or the log was replaced";
    }

    private void Check(byte[] line, bool isComplete, string at, ref bool hasChain)
    {
        if (AuditChain.PreviousOf(line) is not { } previous)
        {
            if (!isComplete) _notes.Add($"{at}: the line is incomplete: it is being written, or a power failure or full disk cut it off");
            else if (hasChain) _notes.Add($"{at}: the line names no hash: cut off by a power failure, or written by an older version");
            return;
        }

        hasChain = true;
        if (Lines == 0 && previous != AuditChain.Beginning) _notes.Add($"{at}: older files are gone; the chain begins behind {previous}");
        else if (previous != Last)
            Problem ??= $"{at}: does not fit the line before it: one of the two was changed, "
                + "or lines were removed or inserted between them";
    }

    /// <summary>Opens the files, oldest first.</summary>
    private List<FileStream> Open()
    {
        using var gate = AuditFile.Lock(siteFolder);
        var path = AuditChain.PathOf(siteFolder);
        var numbered = new SortedDictionary<int, string>();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "audit.*.jsonl"))
        {
            var number = Path.GetFileNameWithoutExtension(file).AsSpan()["audit.".Length..];
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var i)) numbered[-i] = file;
        }

        return [.. numbered.Values.Append(path).Where(File.Exists).Select(f =>
            new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024))];
    }

    private static IEnumerable<(byte[] Line, bool IsComplete)> Read(FileStream file)
    {
        using var line = new MemoryStream();
        for (int read; (read = file.ReadByte()) >= 0;)
        {
            if (read != '\n')
            {
                if (line.Length == MostLineBytes) throw new IOException($"{file.Name} has a line of more than {MostLineBytes} bytes");
                line.WriteByte((byte)read);
                continue;
            }

            yield return (line.ToArray(), true);
            line.SetLength(0);
        }

        if (line.Length > 0) yield return (line.ToArray(), false);
    }
}
