using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A prepared reader with the buffer that a host would keep for it.</summary>
internal sealed class Scan
{
    private readonly IReader _reader;

    public Scan(S7Driver driver, params string[] addresses)
        : this(driver, addresses.Select((address, i) => new TagDefinition($"t{i}", address)).ToArray())
    {
    }

    public Scan(S7Driver driver, IReadOnlyList<TagDefinition> tags)
    {
        _reader = driver.Prepare(tags);
        Buffer = new ScanBuffer([.. tags.Select((tag, i) => new Tag(i, tag.Name, "device"))]);
    }

    public ScanBuffer Buffer { get; }

    public ReadPlan Plan => ((S7Reader)_reader).Plan;

    public int Good => Buffer.Samples.ToArray().Count(sample => sample.Quality == Quality.Good);

    public Value this[int index] => Buffer.Samples[index].Value;

    /// <summary>Quality and reason of a tag.</summary>
    public string Fault(int index) => $"{Buffer.Samples[index].Quality.ToText()} {Buffer.Reason(index)}";

    public ValueTask ReadAsync(CancellationToken cancel = default)
    {
        Buffer.Reset(DateTime.UnixEpoch);
        return _reader.ReadAsync(Buffer, cancel);
    }
}
