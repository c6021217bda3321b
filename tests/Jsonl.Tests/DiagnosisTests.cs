using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Jsonl;

namespace PlantRuntime.Jsonl.Tests;

/// <summary>The steps of <c>plant doctor</c>.</summary>
public sealed class DiagnosisTests : JsonlTestBase
{
    [Fact]
    public async Task A_file_that_is_missing_is_not_created()
    {
        var steps = await SinkSteps.RunAsync(Open("deep/lines.jsonl"));
        Assert.Equal(["file ok", "disk ok"], steps.Outcomes());
        Assert.EndsWith("and its folder are created with the first records", steps[0].Found, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Path));
    }

    [Fact]
    public async Task A_file_that_a_running_host_writes_is_left_as_it_is()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        var before = File.ReadAllBytes(FilePath);
        var steps = await SinkSteps.RunAsync(Open("lines.jsonl"));
        Assert.EndsWith("may be written", steps[0].Found, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(FilePath));
        await sink.WriteAsync(Batches.Counting(2, 3, 3), default);
    }

    [SkippableFact]
    public async Task A_folder_that_this_user_may_not_write_to_is_named()
    {
        // This folder of the kernel takes no files, whoever asks.
        Skip.IfNot(Directory.Exists("/proc/sys"), "there is no /proc/sys");
        var step = (await SinkSteps.RunAsync(Open("/proc/sys/lines.jsonl")))[0];
        Assert.False(step.IsGood, step.Found);
        Assert.Contains("runs as user", step.Remedies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_is_a_folder_or_below_a_file_is_named()
    {
        Directory.CreateDirectory(Folder.Of("taken"));
        File.WriteAllText(Folder.Of("file"), "");
        Assert.EndsWith("is a folder", (await SinkSteps.RunAsync(Open("taken")))[0].Found, StringComparison.Ordinal);
        Assert.EndsWith("is a file", (await SinkSteps.RunAsync(Open("file/lines.jsonl")))[0].Found, StringComparison.Ordinal);
    }

    private ISink Open(string path) => new JsonlPlugin().Open(
        new JsonlOptions { Path = path }, new PluginContext("lines", "press-hall", Folder.Path, Clock, Log));
}
