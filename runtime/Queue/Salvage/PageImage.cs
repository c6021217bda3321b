using Microsoft.Win32.SafeHandles;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Salvage;

/// <summary>
/// Reads the pages of a damaged database: from its write-ahead log if that has an intact image of the page, otherwise from the file. Owned
/// by one <see cref="Salvager"/> run; does blocking reads and never writes. Not thread-safe.
/// </summary>
internal sealed class PageImage : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle? _log;
    private readonly IReadOnlyDictionary<uint, long> _logged;

    /// <summary>Opens both files; the log may be missing.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public PageImage(string path, string logPath)
    {
        _file = File.OpenHandle(path);
        _logged = WriteAheadLog.Pages(logPath);
        if (_logged.Count > 0) _log = File.OpenHandle(logPath);
        var pages = (RandomAccess.GetLength(_file) + RowCost.PageSize - 1) / RowCost.PageSize;
        Count = (uint)Math.Max(pages, _logged.Keys.DefaultIfEmpty().Max());
    }

    /// <summary>The number of pages; the first has number 1.</summary>
    public uint Count { get; }

    /// <summary>Reads a page into a buffer of <see cref="RowCost.PageSize"/> bytes.</summary>
    /// <returns>False if the page does not exist or is cut off.</returns>
    public bool TryRead(uint page, byte[] into)
    {
        if (page == 0 || page > Count) return false;
        return _logged.TryGetValue(page, out var offset)
            ? RandomAccess.Read(_log!, into, offset) == into.Length
            : RandomAccess.Read(_file, into, (page - 1L) * RowCost.PageSize) == into.Length;
    }

    public void Dispose()
    {
        _file.Dispose();
        _log?.Dispose();
    }
}
