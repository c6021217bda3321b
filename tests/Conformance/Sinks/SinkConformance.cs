using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>
/// Tests the behaviour that the host expects of every sink, through the contracts only. The test class of a sink derives from it,
/// implements reading back the stored records, and inherits the tests. Each test has a separate folder, clock and log.
/// </summary>
public abstract partial class SinkConformance : IDisposable
{
    /// <summary>The plugin under test.</summary>
    protected abstract ISinkPlugin Plugin { get; }

    /// <summary>Options of a working sink: the same file, table or server during one test.</summary>
    protected abstract object Options { get; }

    /// <summary>The folder of the site.</summary>
    protected TemporaryFolder Folder { get; } = new();

    /// <summary>The clock that sinks get.</summary>
    protected ManualTimeProvider Clock { get; } = new(Batches.Start);

    /// <summary>The log lines of the sinks.</summary>
    protected CapturingPluginLog Log { get; } = new();

    /// <summary>True for a sink that keeps one of two records with the same identity.</summary>
    protected virtual bool RefusesDuplicates => false;

    /// <summary>Texts that no log line may contain: passwords of the options.</summary>
    protected virtual IReadOnlyList<string> Secrets => [];

    /// <summary>Options of a sink whose server allocates nothing in this process.</summary>
    protected virtual object SteadyOptions => Options;

    /// <summary>Maximum of bytes that a steady batch of 1,000 records may allocate: a little per batch, nothing per record.</summary>
    protected virtual long AllocatedBytesPerBatch => 4096;

    private PluginContext Context => new("store", "press-hall", Folder.Path, Clock, Log);

    /// <summary>All stored samples, in the order of storage.</summary>
    protected abstract IReadOnlyList<StoredSample> Samples();

    /// <summary>All stored payloads, in the order of storage.</summary>
    protected abstract IReadOnlyList<string> Payloads();

    /// <summary>The text of <see cref="Samples"/> for a value. A sink whose format has no NaN or infinities overrides it.</summary>
    protected virtual string Shown(Value value) => value.ToString();

    /// <summary>The text of <see cref="Samples"/> for an array: its JSON, unless the sink divides it.</summary>
    protected virtual IEnumerable<StoredSample> StoredArray(string tag, string json) => [new StoredSample("press", tag, json, "GOOD")];

    /// <summary>Adds a record that can never be stored. Called once the sink is connected. A sink that refuses nothing adds none.</summary>
    protected virtual void AddRefused(RecordBatch batch)
    {
    }

    /// <summary>Checks that no log line contains a secret, and deletes the folder.</summary>
    public virtual void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
        foreach (var secret in Secrets)
            Assert.DoesNotContain(Log.Infos.Concat(Log.Warnings), line => line.Contains(secret, StringComparison.Ordinal));
    }

    private ISink Open() => Plugin.Open(Options, Context);

    private async Task<ISink> ConnectAsync()
    {
        var sink = Open();
        await sink.ConnectAsync(default);
        return sink;
    }
}
