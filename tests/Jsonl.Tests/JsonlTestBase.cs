using System.Globalization;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Jsonl;

namespace PlantRuntime.Jsonl.Tests;

/// <summary>Gives each test of file handling a folder, a clock and a log.</summary>
public abstract class JsonlTestBase : IDisposable
{
    protected TemporaryFolder Folder { get; } = new();

    protected ManualTimeProvider Clock { get; } = new(Batches.Start);

    protected CapturingPluginLog Log { get; } = new();

    protected string FilePath => Folder.Of("lines.jsonl");

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task<ISink> ConnectAsync(JsonlOptions? options = null, string zone = "UTC")
    {
        var context = new PluginContext("lines", "press-hall", Folder.Path, Clock, Log)
        {
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone),
        };
        var sink = new JsonlPlugin().Open(options ?? new JsonlOptions { Path = "lines.jsonl", Fsync = false }, context);
        await sink.ConnectAsync(default);
        return sink;
    }

    /// <summary>The values in a file, in order.</summary>
    protected static int[] Numbers(string path) =>
        [.. File.ReadLines(path).SelectMany(JsonLine.Samples).Select(s => int.Parse(s.Value, CultureInfo.InvariantCulture))];

    /// <summary>Names of all files, sorted.</summary>
    protected string[] Files() => [.. Directory.GetFiles(Folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
}
