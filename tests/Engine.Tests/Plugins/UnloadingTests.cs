using System.Runtime.CompilerServices;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using Xunit.Abstractions;

namespace PlantRuntime.Engine.Tests.Plugins;

/// <summary>Replacement and unloading of plugins. Not parallel, because memory of the process is measured.</summary>
[Collection(nameof(UnloadingTests))]
[CollectionDefinition(nameof(UnloadingTests), DisableParallelization = true)]
public sealed class UnloadingTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TemporaryFolder _folder = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly PluginCatalog _plugins;
    private int _touched;

    public UnloadingTests(ITestOutputHelper output)
    {
        _output = output;
        _log = _lines.Open(TimeProvider.System, LogLevel.Debug);
        _plugins = new PluginCatalog([_folder.Of("plugins")], _log);
    }

    [Fact]
    public async Task A_plugin_that_is_replaced_leaves_memory_and_its_copy_leaves_the_disk()
    {
        Add(HostFixture.HostileFolder, "Hostile");
        Read("none");
        Replace("Hostile");
        Assert.True(_plugins.VerifyUnloaded(), string.Join('\n', _lines.All));
        await _lines.WhenAsync("UNLOADED plugin=hostile");
    }

    [Fact]
    public async Task A_plugin_that_stays_in_memory_is_named()
    {
        Add(HostFixture.HostileFolder, "Hostile");
        Read("leak");
        Replace("Hostile");
        Assert.False(_plugins.VerifyUnloaded(tries: 3));
        await _lines.WhenAsync("LEAK plugin=hostile still in memory after it was replaced");
    }

    [Fact]
    public void A_plugin_that_the_site_does_not_use_is_unloaded_and_its_name_stays_known()
    {
        Add(HostFixture.HostileFolder, "Hostile");
        _plugins.UnloadUnused(new HashSet<string>());
        Assert.Null(_plugins.Driver("hostile"));
        Assert.Equal(["hostile"], _plugins.DriverNames);
        _plugins.EnsureLoaded(new HashSet<string> { "hostile" });
        Assert.NotNull(_plugins.Driver("hostile"));
    }

    [SkippableFact]
    public async Task A_plugin_with_a_native_library_can_be_replaced_without_growing_memory()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads /proc");
        const int Replacements = 15;

        // 5 MB in 50 replacements.
        const long MostGrown = (5 << 20) * Replacements / 50;
        Add(Path.Combine(PlantProcess.Folder, "plugins", "Sqlite"), "Sqlite");
        await WriteAsync();

        // The first replacements also compile and optimize the host's own code.
        for (var i = 0; i < 20; i++) await ReplaceAndWriteAsync();
        var mapped = MappedLibraries();
        var grown = long.MaxValue;

        // Other tests of this process use memory, too: the plugin's growth would show every time.
        for (var attempt = 0; attempt < 4 && grown > MostGrown; attempt++)
        {
            var resident = Resident();
            for (var i = 0; i < Replacements; i++) await ReplaceAndWriteAsync();
            grown = Resident() - resident;
            _output.WriteLine($"{Replacements} replacements: resident memory {grown / 1024.0 / Replacements:0.0} KB each");
        }

        Assert.Equal((1, 1), (mapped, MappedLibraries()));
        Assert.InRange(grown, long.MinValue, MostGrown);

        async Task ReplaceAndWriteAsync()
        {
            Replace("Sqlite");
            await WriteAsync();
            Assert.True(_plugins.VerifyUnloaded(), string.Join('\n', _lines.All));
        }
    }

    public void Dispose()
    {
        _plugins.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    private void Add(string from, string name)
    {
        HostFixture.CopyFolder(from, _folder.Of("plugins", name));
        _plugins.Load();
        Assert.Null(Assert.Single(_plugins.Folders).Refusal);
    }

    /// <summary>Changes a file of the folder and polls until the new version is loaded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Replace(string name)
    {
        var file = Directory.GetFiles(_folder.Of("plugins", name), "PlantRuntime.*.dll")[0];
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, ++_touched, DateTimeKind.Utc));
        Assert.Empty(_plugins.Poll());
        _plugins.BeginUnload(Assert.Single(_plugins.Poll()).Old!);
    }

    /// <summary>Opens a hostile driver and reads once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Read(string fault)
    {
        using var site = new SiteFolder(HostFixture.SiteToml(fault));
        var device = Load(site.Path).Devices.First(d => d.Name == "sick");
        var problems = new List<Problem>();
        var driver = Factory(site.Path).Driver(device, _plugins.Driver("hostile")!, problems)!();
        Assert.Empty(problems);
        driver.Prepare([]).ReadAsync(new ScanBuffer([]), default).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Opens a sqlite sink and stores a record.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task WriteAsync()
    {
        using var site = new SiteFolder("""
            [site]
            name = "test"
            [devices.tank]
            driver = "simulator"
            [sinks.table]
            sink = "sqlite"
            path = "data/table.db"
            """);
        var sink = Factory(site.Path).Sink(Load(site.Path).Sinks[0], _plugins.Sink("sqlite")!, [])!();
        await sink.ConnectAsync(default);
        var batch = new RecordBatch { Queue = Guid.NewGuid(), Number = 1 };
        batch.Add(DateTime.UnixEpoch, "press", [new Sample { Tag = new Tag(0, "a", "press"), Value = 1, Time = DateTime.UnixEpoch }]);
        await sink.WriteAsync(batch, default);
        await sink.DisposeAsync();
    }

    private PluginFactory Factory(string folder) => new(Load(folder), _ => null, TimeProvider.System, _log);

    private static SiteModel Load(string folder)
    {
        var (model, problems) = SiteFile.Load(folder, _ => null);
        Assert.Empty(problems);
        return model!;
    }

    /// <summary>Number of different files of the native library that are mapped from copies of the plugin.</summary>
    private static int MappedLibraries() => File.ReadAllLines("/proc/self/maps")
        .Where(line => line.Contains("libe_sqlite3", StringComparison.Ordinal) && line.Contains("/plant-", StringComparison.Ordinal))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(parts => (parts[3], parts[4])).Distinct().Count();

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
