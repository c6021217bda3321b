using System.IO.MemoryMappedFiles;

namespace PlantRuntime.Faults.Publishers;

/// <summary>
/// The last acknowledged number of each gateway of a <see cref="GatewayPublisher"/>, shared with the scenario through mapped memory, which
/// survives the kill of a process.
/// </summary>
internal sealed class PublisherState : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _gateways;

    /// <summary>Opens it, or creates it.</summary>
    public PublisherState(string path, int gateways)
    {
        _gateways = gateways;
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _file = MemoryMappedFile.CreateFromFile(
            stream, null, gateways * sizeof(long), MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>The last acknowledged number of a gateway.</summary>
    public long this[int gateway]
    {
        get => _view.ReadInt64(gateway * sizeof(long));
        set => _view.Write(gateway * sizeof(long), value);
    }

    /// <summary>Count of acknowledged numbers of all gateways.</summary>
    public long Sum => Enumerable.Range(0, _gateways).Sum(i => this[i]);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
