using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

/// <summary>A prepared reader with the buffer that a host would keep for it.</summary>
public class PreparedScan
{
    /// <summary>Prepares tags t0, t1 … with these addresses.</summary>
    public PreparedScan(IDriver driver, params string[] addresses)
        : this(driver, addresses.Select((address, i) => new TagDefinition($"t{i}", address)).ToArray())
    {
    }

    /// <summary>Prepares these tags.</summary>
    public PreparedScan(IDriver driver, IReadOnlyList<TagDefinition> tags)
    {
        Reader = driver.Prepare(tags);
        Buffer = new ScanBuffer([.. tags.Select((tag, i) => new Tag(i, tag.Name, "device"))]);
    }

    /// <summary>What the driver prepared.</summary>
    public IReader Reader { get; }

    /// <summary>What the last reading gave.</summary>
    public ScanBuffer Buffer { get; }

    /// <summary>How many tags are good.</summary>
    public int Good => Buffer.Samples.ToArray().Count(sample => sample.Quality == Quality.Good);

    /// <summary>The value of a tag.</summary>
    public Value this[int index] => Buffer.Samples[index].Value;

    /// <summary>Quality and reason of a tag.</summary>
    public string Fault(int index) => $"{Buffer.Samples[index].Quality.ToText()} {Buffer.Reason(index)}";

    /// <summary>Reads all of them.</summary>
    public ValueTask ReadAsync(CancellationToken cancel = default)
    {
        Buffer.Reset(DateTime.UnixEpoch);
        return Reader.ReadAsync(Buffer, cancel);
    }
}
