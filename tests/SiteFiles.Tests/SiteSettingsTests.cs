using PlantRuntime.Sites.Settings;

namespace PlantRuntime.SiteFiles.Tests;

public class SiteSettingsTests
{
    private const string Press = """
        [site]
        name = "test"

        [devices.press]
        driver = "modbus"
        host   = "192.168.0.121"
        poll   = "1s"
        tls    = { ca = "ca.crt", names = ["a", "b"] }

          [devices.press.tags]
          current = { address = "holding:100:float32", unit = "A", range = [0, 120] }
          "a.b"   = "coil:3"
        """;

    [Theory]
    [InlineData("poll   = \"1s\"", "# once a second\npoll = \"1000ms\"")]
    [InlineData("ca = \"ca.crt\", names = [\"a\", \"b\"]", "names = [\"a\",\n\"b\"], ca = \"ca.crt\"")]
    [InlineData("range = [0, 120]", "high = 120.0, low = 0")]
    [InlineData("\"a.b\"   = \"coil:3\"", "\"a.b\" = { address = \"coil:3\" }")]
    [InlineData("driver = \"modbus\"", "timeout = \"3s\"\nwritable = false\nreconnect = { first = \"5s\" }\ndriver = \"modbus\"")]
    public void The_same_in_other_words_is_the_same(string old, string now) => Assert.Empty(Difference(old, now));

    [Theory]
    [InlineData("poll   = \"1s\"", "poll = \"2s\"", "poll")]
    [InlineData("host   = \"192.168.0.121\"", "host = \"press\"\nport = 503", "host", "port added")]
    [InlineData("names = [\"a\", \"b\"]", "names = [\"a\\\", \\\"b\"]", "tls.names")]
    [InlineData(", unit = \"A\"", "", "tags.current.unit removed")]
    [InlineData("\"a.b\"   = \"coil:3\"", "c = { address = \"coil:4\", unit = \"A\" }", "tags.c added", "tags.\"a.b\" removed")]
    [InlineData("range = [0, 120] }", "range = [0, 120], write = {} }", "tags.current.write added")]
    public void What_differs_is_named_by_its_key(string old, string now, params string[] expected) =>
        Assert.Equal(expected, Difference(old, now));

    [Theory]
    [InlineData("tags.speed added", true)]
    [InlineData("tags.\"a.b\" removed", true)]
    [InlineData("tags.speed.unit", true)]
    [InlineData("tags.\"a.b\".description added", true)]
    [InlineData("tags.speed.scale added", false)]
    [InlineData("tags.speed.write removed", false)]
    [InlineData("tags.speed.address", false)]
    [InlineData("poll", false)]
    public void Scans_hold_other_tags_only_when_one_comes_goes_or_is_told_otherwise(string difference, bool isOfTags) =>
        Assert.Equal(isOfTags, SettingsList.ChangesTags(difference));

    [Fact]
    public void The_order_of_tags_matters()
    {
        var tag = "  \"a.b\"   = \"coil:3\"";
        var before = Settings(Press);
        var after = Settings(Press.Replace(tag, "", StringComparison.Ordinal)
            .Replace("  current", $"{tag}\n  current", StringComparison.Ordinal));
        var difference = Assert.Single(SettingsList.Difference(before, after));
        Assert.True(SettingsList.ChangesTags(difference), difference);
    }

    [Fact]
    public void Rows_of_a_tag_table_that_only_move_are_the_same()
    {
        const string Site = "[site]\nname = \"t\"\n[devices.press]\ndriver = \"x\"\ntags = \"press.csv\"";
        using var site = new TempSite().With("press.csv", "name,address,unit\na,1,A\nb,2,\n").With("site.toml", Site);
        var before = SettingsList.From(site.Load().Model!.Devices[0]);
        site.With("press.csv", "address;name;unit\n\n1;a;A\n\n2;b;\n");
        Assert.Empty(SettingsList.Difference(before, SettingsList.From(site.Load().Model!.Devices[0])));
    }

    private static IReadOnlyList<string> Difference(string old, string now)
    {
        Assert.Contains(old, Press, StringComparison.Ordinal);
        return SettingsList.Difference(Settings(Press), Settings(Press.Replace(old, now, StringComparison.Ordinal)));
    }

    private static IReadOnlyList<Setting> Settings(string toml)
    {
        using var site = new TempSite().With("site.toml", toml);
        var (model, problems) = site.Load();
        Assert.Empty(problems);
        return SettingsList.From(model!.Devices[0]);
    }
}
