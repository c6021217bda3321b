using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7;
using PlantRuntime.Plugins.S7.Plan;

namespace PlantRuntime.Benchmarks.S7;

/// <summary>The tags of a layout, with the buffer that a host would keep for them.</summary>
internal sealed class TagScan
{
    private readonly S7Reader _reader;
    private readonly ScanBuffer _buffer;

    public TagScan(S7Driver driver, TagLayout layout)
    {
        var definitions =
            layout.Tags.Select(
                (tag, n) => new TagDefinition($"t{n}", tag.Type == "INT" ? $"DB9.DBW{tag.At}:INT" : $"DB9.DBD{tag.At}:{tag.Type}"))
                .ToArray();
        _reader = (S7Reader)driver.Prepare(definitions);
        _buffer = new ScanBuffer([.. definitions.Select((tag, n) => new Tag(n, tag.Name, "device"))]);
    }

    /// <summary>The requests of a scan.</summary>
    public RequestSet Requests => _reader.Plan.Steady;

    public int Good => _buffer.Samples.ToArray().Count(sample => sample.Quality == Quality.Good);

    public ValueTask ReadAsync(CancellationToken cancel)
    {
        _buffer.Reset(DateTime.UnixEpoch);
        return _reader.ReadAsync(_buffer, cancel);
    }
}
