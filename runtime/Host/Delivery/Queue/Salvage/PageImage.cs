using Microsoft.Win32.SafeHandles;
using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery.Queue.Salvage;

/// <summary>The pages of a damaged database as SQLite would see them: those of the log over those of the file.</summary>
internal sealed class PageImage : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle? _log;
    private readonly IReadOnlyDictionary<uint, long> _logged;

    public PageImage(string path, string logPath)
    {
        _file = File.OpenHandle(path);
        _logged = WriteAheadLog.Pages(logPath);
        if (_logged.Count > 0) _log = File.OpenHandle(logPath);
        var pages = (RandomAccess.GetLength(_file) + RowCost.PageSize - 1) / RowCost.PageSize;
        Count = (uint)Math.Max(pages, _logged.Keys.DefaultIfEmpty().Max());
    }

    /// <summary>Number of pages; the first is 1.</summary>
    public uint Count { get; }

    /// <returns>False for a page that is not there.</returns>
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
