using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>Gives each test of file handling a folder and a clock.</summary>
public abstract class SqliteTestBase : IDisposable
{
    private long _number;

    protected static DateTime EventStart { get; } = new(2026, 11, 21, 8, 0, 0, DateTimeKind.Utc);

    protected TemporaryFolder Folder { get; } = new();

    protected ManualTimeProvider Clock { get; } = new(Batches.Start);

    protected string FilePath => Folder.Of("plant.db");

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task<ISink> ConnectAsync(SqliteOptions? options = null, TimeProvider? clock = null, string name = "store")
    {
        var context = new PluginContext(name, "press-hall", Folder.Path, clock ?? Clock, new CapturingPluginLog());
        var sink = new SqlitePlugin().Open(options ?? new SqliteOptions { Path = "plant.db", Busy = TimeSpan.Zero }, context);
        await sink.ConnectAsync(default);
        return sink;
    }

    /// <summary>Returns the payload of the start or end of an event, with times in seconds after <see cref="EventStart"/>.</summary>
    protected static string Event(string id, string? previous, int start, int? end, string tag = "valve_1")
    {
        var from = EventStart.AddSeconds(start);
        return $$"""
            {"event_id":"{{id}}","previous_id":{{(previous is null ? "null" : $"\"{previous}\"")}},"device":"lagoon","tag":"{{tag}}",
            "start":"{{from:yyyy-MM-ddTHH:mm:ssZ}}","end":{{(end is { } at ? $"\"{from.AddSeconds(at - start):yyyy-MM-ddTHH:mm:ssZ}\"" : "null")}},
            "duration":{{(end is { } to ? $"{to - start}" : "null")}}}
            """.ReplaceLineEndings("");
    }

    /// <summary>Writes a batch of payloads.</summary>
    protected async Task WriteAsync(ISink sink, params string[] payloads)
    {
        var batch = Batches.Empty(++_number);
        foreach (var payload in payloads) batch.Add(Clock.GetUtcNow().UtcDateTime, "lagoon", Encoding.UTF8.GetBytes(payload));
        await sink.WriteAsync(batch, default);
    }
}
