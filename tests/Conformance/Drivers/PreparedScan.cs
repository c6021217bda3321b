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

    /// <summary>The prepared reader.</summary>
    public IReader Reader { get; }

    /// <summary>The result of the last scan.</summary>
    public ScanBuffer Buffer { get; }

    /// <summary>Number of good tags.</summary>
    public int Good => Buffer.Samples.ToArray().Count(sample => sample.Quality == Quality.Good);

    /// <summary>The value of a tag.</summary>
    public Value this[int index] => Buffer.Samples[index].Value;

    /// <summary>Quality and reason of a tag, as text.</summary>
    public string Fault(int index) => $"{Buffer.Samples[index].Quality.ToText()} {Buffer.Reason(index)}";

    /// <summary>Reads all of them.</summary>
    public ValueTask ReadAsync(CancellationToken cancel = default)
    {
        Buffer.Reset(DateTime.UnixEpoch);
        return Reader.ReadAsync(Buffer, cancel);
    }

    /// <summary>
    /// Begins to read, waits until the test is ready, and cancels as the host does at its timeout. Returns the exception, if any.
    /// </summary>
    public async Task<Exception?> ReadUntilTimeoutAsync(Func<Task> ready)
    {
        using var cancel = new CancellationTokenSource();
        var reading = ReadAsync(cancel.Token).AsTask();
        await ready().ConfigureAwait(false);
        await cancel.CancelAsync().ConfigureAwait(false);
        return await Xunit.Record.ExceptionAsync(() => reading).ConfigureAwait(false);
    }
}
