using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace PlantRuntime.Faults.Numbered;

/// <summary>
/// The state and limits of the numbered device, shared with the scenario through mapped memory, which survives the kill of a process. The
/// committed numbers are in synced files, one per connection.
/// </summary>
public sealed class Ledger : IDisposable
{
    private const string CommittedName = "committed-";
    private readonly string _folder;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Opens it, or creates it.</summary>
    public Ledger(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        var stream = new FileStream(Path.Combine(folder, "ledger"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete);
        _file = MemoryMappedFile.CreateFromFile(stream, null, 32, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None,
            leaveOpen: false);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>The last number that was handed out.</summary>
    public long Handed
    {
        get => _view.ReadInt64(0);
        set => _view.Write(0, value);
    }

    /// <summary>The last number that may be handed out.</summary>
    public long Limit
    {
        get => _view.ReadInt64(8);
        set => _view.Write(8, value);
    }

    /// <summary>Numbers per second; 0 for no limit.</summary>
    public long Rate
    {
        get => _view.ReadInt64(16);
        set => _view.Write(16, value);
    }

    /// <summary>Connections so far.</summary>
    public long Runs
    {
        get => _view.ReadInt64(24);
        set => _view.Write(24, value);
    }

    /// <summary>The numbers that were acknowledged, as ranges, in order.</summary>
    public IReadOnlyList<(long First, long Last)> Committed =>
        [.. Directory.GetFiles(_folder, CommittedName + "*").Order(StringComparer.Ordinal)
        .Select(f => (First: FirstOf(f), Last: Last(f))).Where(r => r.Last >= r.First)];

    /// <summary>Count of acknowledged numbers.</summary>
    public long CommittedCount => Committed.Sum(r => r.Last - r.First + 1);

    /// <summary>Opens the file with the last acknowledged number of a connection.</summary>
    /// <param name="first">The first number of that connection.</param>
    public FileStream OpenRange(long first) => new(
        Path.Combine(_folder, CommittedName + first.ToString("D12", CultureInfo.InvariantCulture)), FileMode.Create, FileAccess.Write,
        FileShare.ReadWrite, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static long FirstOf(string file) =>
        long.Parse(Path.GetFileName(file).AsSpan(CommittedName.Length), CultureInfo.InvariantCulture);

    private static long Last(string file)
    {
        var bytes = new byte[8];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return stream.ReadAtLeast(bytes, 8, throwOnEndOfStream: false) == 8 ? BitConverter.ToInt64(bytes) : 0;
    }
}
