using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>Gives each test of file handling a folder and a clock.</summary>
public abstract class SqliteTestBase : IDisposable
{
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
}
