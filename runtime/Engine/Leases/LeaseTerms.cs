using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Storage;

namespace PlantRuntime.Engine.Leases;

/// <summary>The begin of a term of the lease in a queue. Immutable.</summary>
/// <param name="Queue">Identity of the queue.</param>
/// <param name="FirstBatch">Number of the first batch of the term.</param>
/// <param name="Token">Fencing token of the term.</param>
internal sealed record LeaseTerm(Guid Queue, long FirstBatch, long Token);

/// <summary>
/// Knows in which term of the lease the records of the queue were made, over restarts: <c>data/lease.json</c> has the first batch and the
/// token of each term. Created by <c>plant run</c> for each time that it waits for the lease; <see cref="Begin"/> is called before the
/// recipes start, everything else by any thread.
/// </summary>
/// <param name="lease">The lease.</param>
/// <param name="dataFolder">Folder of the file.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives the log lines.</param>
internal sealed class LeaseTerms(SiteLease lease, string dataFolder, TimeProvider time, PlantLog log)
{
    private const int MostTerms = 1000;
    private readonly string _path = Path.Combine(dataFolder, "lease.json");
    private readonly LogLimit _limit = new(time, TimeSpan.FromSeconds(10));
    private ImmutableArray<LeaseTerm> _terms = [];

    /// <summary>Why a record that is made now is rejected; null if it is not.</summary>
    public string? WhyNoRecords => lease.WhyNoRecords;

    /// <summary>Token of the last term of this host that has begun; 0 without one.</summary>
    public long LastToken => _terms.IsEmpty ? 0 : _terms[^1].Token;

    /// <summary>Reads the file. A file that cannot be read counts as none: waiting records are late then.</summary>
    public void Load()
    {
        try
        {
            if (File.Exists(_path))
                _terms = [.. JsonSerializer.Deserialize(File.ReadAllBytes(_path), TermsJson.Default.LeaseTermArray) ?? []];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            log.Warn($"LEASE file=lease.json reason=\"{exception.Message}\" next=\"records that wait count as made before the lease\"");
        }
    }

    /// <summary>Begins the term of this host: records from this batch on are made in it.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Begin(Guid queue, long firstBatch)
    {
        _terms = [.. _terms.Add(new LeaseTerm(queue, firstBatch, lease.Token)).TakeLast(MostTerms)];
        AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes([.. _terms], TermsJson.Default.LeaseTermArray), dataFolder);
    }

    /// <summary>Returns the lease under which records of a queue are sent now.</summary>
    public RecordLease Snapshot(Guid queue) =>
        new(lease.Token, [.. _terms.Where(t => t.Queue == queue).Select(t => (t.FirstBatch, t.Token))]);

    /// <summary>Reports a record that a recipe made after the loss of the lease.</summary>
    public void ReportRejected(string recipe, string reason)
    {
        if (!_limit.TryAcquire(out var suppressed)) return;
        log.Error($"REJECTED recipe={recipe} records={suppressed + 1} reason=\"{reason}\" "
            + $"next=\"those for sinks with a queue are dead letters: plant queue\"");
    }
}

/// <summary>JSON of the file of terms.</summary>
[JsonSerializable(typeof(LeaseTerm[]))]
internal sealed partial class TermsJson : JsonSerializerContext;
