namespace PlantRuntime.Editors.Tests.Testing;

/// <summary>A site as <c>plant edit-support</c> prepares it, open in an editor.</summary>
public sealed class EditedSite : IAsyncLifetime
{
    private readonly SiteFolder _site = new();

    /// <summary>The editor; it sees the files as they were when it opened them.</summary>
    public Editor Editor { get; private set; } = null!;

    /// <summary>Absolute path of a file of the site.</summary>
    public string At(string name) => _site.At(name);

    /// <summary>Adds a device to site.toml and checks the site, which updates the folder.</summary>
    public async Task AddDeviceAsync(string name)
    {
        await File.AppendAllTextAsync(At("site.toml"), $"""

            [devices.{name}]
            driver = "simulator"
            tags   = "oven.csv"
            """);
        await RunAsync("check");
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(At("scripts"));
        Directory.CreateDirectory(At("recipes/night shift"));
        _site.Write("oven.csv", "name,address\nheat,const 5\n");
        _site.Write("recipes/night shift/50% & (more).csx", "Plant.tank.Scans.To(Sinks.lines);");
        _site.Write("scripts/pieces.csx", """
            using System.Globalization;
            var limit = 5.0;
            CultureInfo culture = CultureInfo.InvariantCulture;
            ScanFlow High<T>(ScanFlow flow, T tag, double above = 1) where T : class =>
                flow.Where(scan => scan[tag.ToString()!].Number > limit + above);
            enum Shift { Early, Late }
            """);
        _site.Write("recipes/line.csx", """
            var line = Plant.line.Scans.Only(Plant.line.Tags.speed);
            line.Payload(scan => new { ts = scan.Time.ToUnixSeconds(), plant = Site.PlantId }).To(Sinks.lines);
            Plant.line.Silent(3.Seconds).Payload(s => new { s.Reason }).To(Sinks.lines);
            """);
        _site.Write("recipes/loads.csx", """
            #load "pieces.csx"
            High(Plant.line.Scans, Plant.line.Tags.speed, above: limit).To(Sinks.lines);
            var shift = Shift.Late;
            """);
        _site.Write("recipes/hidden.csx", """
            #if !EDITOR
            #load "pieces.csx"
            #endif
            High(Plant.line.Scans, "speed").To(Sinks.lines);
            """);
        _site.Write("recipes/nothing.csx", "// Not yet.\n");
        await RunAsync("edit-support");
        Editor = await Editor.OpenAsync(At(".plant/site.slnx"));
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _site.Dispose();
        return Task.CompletedTask;
    }

    private async Task RunAsync(string command)
    {
        var (exit, output) = await PlantProcess.RunAsync(command, _site.Path);
        Assert.True(exit == 0, output);
    }
}
