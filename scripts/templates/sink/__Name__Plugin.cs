using System.Text.Json;
using PlantRuntime.Contracts;

namespace __Name__;

/// <summary>The only public plugin class; site.toml selects it with sink = "__name__".</summary>
public sealed class __Name__Plugin : SinkPlugin<__Name__Options>
{
    public override string Name => "__name__";

    public override ISink Open(__Name__Options options, PluginContext context) => new __Name__Sink(context.PathOf(options.Path));
}

/// <summary>The keys of a sink in site.toml: path = "…". The host checks types, bounds and spelling.</summary>
public sealed class __Name__Options
{
    public required string Path { get; init; }
}

/// <summary>Example: appends every record to a file, as JSON. Replace it.</summary>
internal sealed class __Name__Sink(string path) : ISink
{
    private FileStream? _file;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        await DisposeAsync();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (_file is null) throw new NotConnectedException("not open");
        for (var i = 0; i < batch.Count; i++)
        {
            using (var json = new Utf8JsonWriter(_file)) RecordJson.Write(json, batch[i]);
            _file.WriteByte((byte)'\n');
        }

        // Returning means that all records are stored permanently.
        _file.Flush(flushToDisk: true);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null) await _file.DisposeAsync();
        _file = null;
    }
}
