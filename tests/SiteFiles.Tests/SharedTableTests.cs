using System.Globalization;
using System.Text.RegularExpressions;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>Tag tables of the product, <c>tags = "devices/….csv"</c>: where they are found, and that each shipped one is sound.</summary>
public sealed partial class SharedTableTests
{
    private static readonly string s_scripts = Path.Combine(SiteFolder.Root, "scripts");

    // Ratios, codes and the raw integers of SunSpec have no unit.
    private static readonly string[] s_withoutUnit = ["power_factor*", "phase_sequence"];

    public static TheoryData<string> Shipped => new(Tables);

    private static IReadOnlyList<string> Tables =>
        [.. Directory.GetFiles(Path.Combine(s_scripts, "devices"), "*.csv").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_table_has_typed_addresses_that_do_not_overlap_and_units_and_descriptions(string table)
    {
        using var site = Site($"devices/{table}");
        var (model, problems) = Load(site);
        Assert.Empty(problems);
        Assert.Empty(model!.Warnings);
        var tags = model.Devices[0].Tags;
        Assert.All(tags, tag => Assert.NotEmpty(tag.Description));
        Assert.All(tags, tag => Assert.True(MayLackUnit(table, tag) || tag.Unit.Length > 0, $"{tag.Name} has no unit"));

        var taken = new Dictionary<(string Area, int Offset), string>();
        foreach (var tag in tags)
        {
            var (area, offset, count) = Parse(tag.Address);
            for (var i = offset; i < offset + count; i++)
                Assert.True(taken.TryAdd((area, i), tag.Name), $"{tag.Name} and {taken.GetValueOrDefault((area, i))} share {area}:{i}");
        }
    }

    [Fact]
    public void The_readme_names_every_table_and_its_source()
    {
        var readme = File.ReadAllText(Path.Combine(s_scripts, "devices", "README.md"));
        Assert.All(Tables, table => Assert.Contains($"| `{table}` |", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void The_tables_of_SunSpec_differ_by_one_register_only()
    {
        using var site = Site("devices/sunspec103.csv");
        using var shifted = Site("devices/sunspec103_66.csv");
        var (tags, other) = (Load(site).Model!.Devices[0].Tags, Load(shifted).Model!.Devices[0].Tags);
        Assert.Equal(tags.Select(t => t.Name), other.Select(t => t.Name));
        Assert.All(tags.Zip(other).Skip(1), pair =>
            Assert.Equal(Parse(pair.First.Address) with { Offset = Parse(pair.First.Address).Offset + 1 }, Parse(pair.Second.Address)));
    }

    [Theory]
    [InlineData("sdm630.csv", "frequency", "30071:FLOAT32:ABCD", null, "Hz")]
    [InlineData("sdm630.csv", "energy_total_l3", "30363:FLOAT32:ABCD", null, "kWh")]
    [InlineData("pm5110.csv", "active_power_total", "43060:FLOAT32:ABCD", null, "kW")]
    [InlineData("pm5110.csv", "active_energy_delivered", "43204:INT64:ABCD", 0.001, "kWh")]
    [InlineData("em340.csv", "current_l1", "input:0x000C:INT32:CDAB", 0.001, "A")]
    [InlineData("em340.csv", "frequency", "input:0x0033:INT16:ABCD", 0.1, "Hz")]
    [InlineData("em340.csv", "energy_export", "input:0x004E:INT32:CDAB", 0.1, "kWh")]
    [InlineData("et112.csv", "power_factor", "input:0x000E:INT16:ABCD", 0.001, "")]
    [InlineData("et112.csv", "energy_import", "input:0x0010:INT32:CDAB", 0.1, "kWh")]
    [InlineData("sunspec103.csv", "W", "holding:40083:INT16:ABCD", null, "")]
    [InlineData("sunspec103.csv", "St", "holding:40107:UINT16:ABCD", null, "")]
    public void Registers_are_those_of_the_meters_documents(string table, string name, string address, double? scale, string unit)
    {
        using var site = Site($"devices/{table}");
        var tag = Load(site).Model!.Devices[0].Tags.Single(t => t.Name == name);
        Assert.Equal((address, scale, unit), (tag.Address, tag.Scale, tag.Unit));
    }

    [Fact]
    public void A_table_of_the_site_counts_before_the_shared_one()
    {
        using var site = Site("devices/sdm630.csv");
        Directory.CreateDirectory(Path.Combine(site.Folder, "devices"));
        site.With("devices/sdm630.csv", "name,address\nonly,30001\n");
        var tables = new HashSet<string>();
        Assert.Equal(["only"], Load(site, tables).Model!.Devices[0].Tags.Select(t => t.Name));
        Assert.Equal([Path.Combine(site.Folder, "devices/sdm630.csv")], tables);
    }

    [Fact]
    public void Both_places_are_watched_while_the_site_has_no_such_table()
    {
        using var site = Site("devices/sdm630.csv");
        var tables = new HashSet<string>();
        Assert.NotNull(Load(site, tables).Model);
        Assert.Equal([Path.Combine(site.Folder, "devices/sdm630.csv"), Path.Combine(s_scripts, "devices/sdm630.csv")], tables);
    }

    [Fact]
    public void A_table_that_is_in_neither_place_names_both_and_the_nearest()
    {
        using var site = Site("devices/sdm360.csv");
        Assert.Equal(
            $"site.toml:5:8: error: the tag table \"devices/sdm360.csv\" does not exist, neither in {site.Folder} nor in {s_scripts}: "
            + "did you mean \"devices/sdm630.csv\"?",
            Assert.Single(Load(site).Problems).ToString());
    }

    [Theory]
    [InlineData("../devices/sdm630.csv")]
    [InlineData("/devices/sdm630.csv")]
    public void Paths_out_of_the_folder_have_one_place(string path)
    {
        using var site = Site(path);
        var problem = Assert.Single(Load(site).Problems).ToString();
        Assert.StartsWith($"site.toml:5:8: error: the tag table \"{path}\" does not exist", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("neither", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_problem_in_a_shared_table_has_its_full_path()
    {
        using var scripts = new TempSite();
        Directory.CreateDirectory(Path.Combine(scripts.Folder, "devices"));
        scripts.With("devices/meter.csv", "name,address,scale\na,1,x\n");
        using var site = Site("devices/meter.csv");
        var problem = Assert.Single(Load(site, shared: scripts.Folder).Problems).ToString();
        Assert.StartsWith($"{scripts.Folder}/devices/meter.csv:2:5: error: scale: ", problem, StringComparison.Ordinal);
    }

    private static TempSite Site(string table) =>
        new TempSite().With("site.toml", $"[site]\nname = \"s\"\n[devices.meter]\ndriver = \"modbus\"\ntags = \"{table}\"\n");

    private static (SiteModel? Model, IReadOnlyList<Problem> Problems) Load(
        TempSite site, HashSet<string>? tables = null, string? shared = null) =>
        SiteFile.Load(site.Folder, _ => null, tables, shared ?? s_scripts);

    private static bool MayLackUnit(string table, TagModel tag) => table.StartsWith("sunspec", StringComparison.Ordinal)
        || s_withoutUnit.Any(name => name.EndsWith('*') ? tag.Name.StartsWith(name[..^1], StringComparison.Ordinal) : tag.Name == name);

    // The notations that the shipped tables use, each with type and order, read apart from the driver.
    private static (string Area, int Offset, int Count) Parse(string address)
    {
        var match = Address().Match(address);
        Assert.True(match.Success, $"{address}: expected an address with type and byte order");
        var count = match.Groups["bits"].Value switch { "16" => 1, "32" => 2, _ => 4 };
        if (match.Groups["reference"] is { Success: true } reference)
        {
            var number = int.Parse(reference.Value, CultureInfo.InvariantCulture);
            return (number / 10_000 == 3 ? "input" : "holding", (number % 10_000) - 1, count);
        }

        var offset = match.Groups["offset"].Value;
        var isHex = offset.StartsWith("0x", StringComparison.Ordinal);
        return (match.Groups["area"].Value, Convert.ToInt32(offset, isHex ? 16 : 10), count);
    }

    [GeneratedRegex("""
        ^((?<reference>[34]\d{4})|(?<area>input|holding):(?<offset>\d+|0x[0-9A-F]{4})):(INT|UINT|FLOAT)(?<bits>16|32|64):(ABCD|CDAB)$
        """)]
    private static partial Regex Address();
}
