using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7;
using PlantRuntime.Plugins.S7.Plan;

namespace PlantRuntime.Benchmarks.S7;

/// <summary>INTs 64 bytes apart in DB9, with the buffer that a host would keep for them.</summary>
internal sealed class TagScan
{
    private readonly S7Reader _reader;
    private readonly ScanBuffer _buffer;

    public TagScan(S7Driver driver, int tags)
    {
        var definitions = Enumerable.Range(0, tags).Select(n => new TagDefinition($"t{n}", $"DB9.DBW{64 * n}:INT")).ToArray();
        _reader = (S7Reader)driver.Prepare(definitions);
        _buffer = new ScanBuffer([.. definitions.Select((tag, n) => new Tag(n, tag.Name, "device"))]);
    }

    /// <summary>The requests of a scan.</summary>
    public JobSet Requests => _reader.Plan.Steady;

    public int Good => _buffer.Samples.ToArray().Count(sample => sample.Quality == Quality.Good);

    public ValueTask ReadAsync(CancellationToken cancel)
    {
        _buffer.Reset(DateTime.UnixEpoch);
        return _reader.ReadAsync(_buffer, cancel);
    }
}
