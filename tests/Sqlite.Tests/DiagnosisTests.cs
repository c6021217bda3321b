using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;
using PlantRuntime.Storage;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>The steps of <c>plant doctor</c>.</summary>
public sealed class DiagnosisTests : SqliteTestBase
{
    [Fact]
    public async Task A_file_that_is_missing_is_not_created()
    {
        Assert.Equal(["file ok", "disk ok"], (await SinkSteps.RunAsync(Open())).Outcomes());
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Path));
    }

    [Fact]
    public async Task The_tables_of_a_running_host_fit()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        var steps = await SinkSteps.RunAsync(Open());
        Assert.Equal(["file ok", "disk ok", "tables ok"], steps.Outcomes());
        Assert.Equal("samples, records, plant_progress have the columns", steps[2].Found);
    }

    [Fact]
    public async Task A_table_with_other_columns_is_named_and_stays()
    {
        using (var database = Database.Open(FilePath, TimeSpan.Zero)) database.Execute("CREATE TABLE samples (time TEXT, wert REAL)");
        var bytes = File.ReadAllBytes(FilePath);
        var steps = await SinkSteps.RunAsync(Open());
        Assert.Equal(["file ok", "disk ok", "tables FAIL"], steps.Outcomes());
        Assert.Contains("has no column \"site\": it has time, wert", steps[2].Found, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        File.WriteAllText(FilePath, new string('x', 5000));
        var step = (await SinkSteps.RunAsync(Open()))[2];
        Assert.False(step.IsGood);
        Assert.Contains("is no SQLite", step.Found, StringComparison.Ordinal);
    }

    private ISink Open() => new SqlitePlugin().Open(new SqliteOptions { Path = "plant.db", Busy = TimeSpan.Zero },
        new PluginContext("store", "press-hall", Folder.Path, Clock, new CapturingPluginLog()));
}
