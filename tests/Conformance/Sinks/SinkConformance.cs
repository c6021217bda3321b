using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>
/// What the host relies on in every sink, tested from outside through the contracts alone. A sink's test class derives from it, says how to
/// read back what is stored, and inherits the facts. Each fact has a folder, a clock and a log of its own.
/// </summary>
public abstract partial class SinkConformance : IDisposable
{
    /// <summary>The plugin under test.</summary>
    protected abstract ISinkPlugin Plugin { get; }

    /// <summary>Options of a sink that works: the same file, table or server for all of one fact.</summary>
    protected abstract object Options { get; }

    /// <summary>The folder of the site.</summary>
    protected TemporaryFolder Folder { get; } = new();

    /// <summary>The clock that sinks get.</summary>
    protected ManualTimeProvider Clock { get; } = new(Batches.Start);

    /// <summary>What sinks said.</summary>
    protected CapturingPluginLog Log { get; } = new();

    /// <summary>True for a sink that keeps one of two records with the same identity.</summary>
    protected virtual bool RefusesDuplicates => false;

    /// <summary>Texts that no log line may contain: passwords of the options.</summary>
    protected virtual IReadOnlyList<string> Secrets => [];

    /// <summary>Options of a sink whose far end allocates nothing in this process.</summary>
    protected virtual object SteadyOptions => Options;

    /// <summary>Most bytes that a steady batch of 1,000 records may allocate: a little for a batch, nothing for a record.</summary>
    protected virtual long AllocatedBytesPerBatch => 4096;

    private PluginContext Context => new("store", "press-hall", Folder.Path, Clock, Log);

    /// <summary>All samples stored, in the order in which they were.</summary>
    protected abstract IReadOnlyList<StoredSample> Samples();

    /// <summary>All payloads stored, in the order in which they were.</summary>
    protected abstract IReadOnlyList<string> Payloads();

    /// <summary>What <see cref="Samples"/> shows for a value; a format without NaN or infinities says so here.</summary>
    protected virtual string Shown(Value value) => value.ToString();

    /// <summary>What <see cref="Samples"/> shows for an array: its JSON, unless the sink divides it.</summary>
    protected virtual IEnumerable<StoredSample> StoredArray(string tag, string json) => [new StoredSample("press", tag, json, "GOOD")];

    /// <summary>Adds a record that the far end can never store, once the sink is connected; none for a sink that refuses nothing.</summary>
    protected virtual void AddRefused(RecordBatch batch)
    {
    }

    /// <summary>Looks whether a secret was said, and deletes the folder.</summary>
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
