namespace PlantRuntime.Testing.Tests;

/// <summary>The examples in README and templates work as printed.</summary>
[Trait("Needs", "Process")]
public sealed class ShippedTests
{
    [Theory]
    [InlineData("costadellago")]
    [InlineData("demo")]
    [InlineData("energy")]
    [InlineData("pumps")]
    [InlineData("retrofit")]
    public async Task The_tests_of_a_shipped_site_pass_and_write_nothing(string name)
    {
        using var site = SiteFolder.CopyOf(name);
        var before = Files(site);
        var (exit, output) = await PlantProcess.RunAsync("test", site.Path);
        Assert.True(exit == 0, output);
        Assert.Matches(@"\n[1-9]\d* passed, 0 failed$", output);
        Assert.Equal(before, Files(site).Where(file => !file.StartsWith("data/recipes/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_example_recipes_pass_their_tests_and_a_check_without_warnings()
    {
        using var site = SiteFolder.CopyOf(Path.Combine(SiteFolder.Root, "scripts", "examples"));
        var (exit, output) = await PlantProcess.RunAsync("test", site.Path);
        Assert.True(exit == 0, output);
        Assert.Matches(@"\n[1-9]\d* passed, 0 failed$", output);
        (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.True(exit == 0, output);
        Assert.Equal("examples: 4 devices, 8 tags, 4 sinks, 5 recipes: all well", output.Trim());
    }

    [Fact]
    public async Task A_new_site_has_a_test()
    {
        using var folder = new SiteFolder();
        Assert.Equal(0, (await PlantProcess.RunAsync("new", "site", "my-plant", "--in", folder.Path)).ExitCode);
        var (exit, output) = await PlantProcess.RunAsync("test", folder.At("my-plant"), "--junit", folder.At("junit.xml"));
        Assert.True(exit == 0, output);
        Assert.Matches(@"2 passed, 0 failed$", output);
        Assert.True(File.Exists(folder.At("junit.xml")));
    }

    [Fact]
    public async Task The_shared_script_of_SunSpec_applies_the_exponents_and_trusts_model_103_only()
    {
        using var site = new SiteFolder("""
            [site]
            name = "roof"
            [devices.inverter]
            driver = "modbus"
            host   = "127.0.0.1"
            tags   = "devices/sunspec103.csv"
            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        site.Write("recipes/inverter.csx", """
            #load "sunspec103.csx"
            SunSpec103(Plant.inverter.Scans).Payload(scan => new { scan.Measurements }).To(Sinks.lines);
            """);
        Directory.CreateDirectory(site.At("tests"));
        site.Write("tests/inverter.test.csx", """
            Test("values are integers times powers of ten", plant =>
            {
                plant.inverter.Scan(ID: 103, W: -2301, W_SF: -1, WH: 123456, WH_SF: 1, Hz: 4998, Hz_SF: -2, DCV: 700, DCV_SF: 0, St: 4);
                plant.Sinks.lines.ShouldHave(new { Measurements = new
                {
                    ac_power = new { value = -230.1, unit = "W", quality = "GOOD" },
                    ac_energy = new { value = 1234560, unit = "Wh", quality = "GOOD" },
                    frequency = new { value = 49.98, unit = "Hz", quality = "GOOD" },
                    dc_voltage = new { value = 700, unit = "V", quality = "GOOD" },
                    St = new { value = 4, unit = "", quality = "GOOD" },
                } });
            });
            Test("without its exponent, or of another model, a value is none", plant =>
            {
                plant.inverter.Scan(ID: 103, W: 2301, W_SF: Quality.BadDevice, Hz: 50, Hz_SF: 0);
                plant.inverter.Scan(ID: 102, Hz: 50, Hz_SF: 0);
                plant.Sinks.lines.ShouldHave(
                    new { Measurements = new { ac_power = new { value = (double?)null, quality = "BAD_DEVICE" } } },
                    new { Measurements = new { frequency = new { value = (double?)null, quality = "BAD_RANGE" } } });
            });
            """);
        var (exit, output) = await PlantProcess.RunAsync("test", site.Path);
        Assert.True(exit == 0, output);
        Assert.Matches(@"2 passed, 0 failed$", output);
    }

    private static IEnumerable<string> Files(SiteFolder site) =>
        Directory.GetFiles(site.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(site.Path, f))
            .Order(StringComparer.Ordinal).ToList();
}
