using PlantRuntime.Sites;

namespace PlantRuntime.SiteFiles.Tests;

public sealed class WriteSettingsTests
{
    [Fact]
    public void Device_and_tag_must_both_allow_a_write()
    {
        using var site = new TempSite().With("lab.csv", "name,address,high,write\nt,DB1,9,yes\nu,DB2,,no\nv,DB3,,\n").With("site.toml", """
            [site]
            name = "press-hall"
            [devices.press]
            driver = "s7"
            writable = true
              [devices.press.tags]
              read = "DB1.DBW0:INT"
              set  = { address = "DB1.DBW2:INT", write = { range = [0, 100], max_age = "500ms", read_back = true } }
            [devices.lab]
            driver = "s7"
            tags = "lab.csv"
            writable = true
            [devices.off]
            driver = "s7"
              [devices.off.tags]
              set = { address = "DB1.DBW2:INT", write = {} }
            """);
        var (model, problems) = site.Load();
        Assert.Empty(problems);
        var (press, lab) = (model!.Devices[0], model.Devices[1]);
        Assert.Equal((new SourceLocation("site.toml", 5, 12), (SourceLocation?)null), (press.WritableAt, model.Devices[2].WritableAt));
        Assert.Equal((TimeSpan.FromMilliseconds(500), true), (press.Tags[1].Write!.MaxAge, press.Tags[1].Write!.ReadBack));
        Assert.Equal([0, 100], press.Tags[1].Write!.Range!);
        Assert.Equal([true, false, false], lab.Tags.Select(t => t.Write is not null));

        Assert.Null(WriteRules.WhyRefused(model, "press", "set"));
        Assert.Equal("press.read may not be written: site.toml allows it with write = { … } at the tag",
            WriteRules.WhyRefused(model, "press", "read"));
        Assert.Equal("device off may not be written: site.toml allows it with writable = true in [devices.off]",
            WriteRules.WhyRefused(model, "off", "set"));
        Assert.Equal("no tag \"st\" in device press: did you mean \"set\"?", WriteRules.WhyRefused(model, "press", "st"));
        Assert.Equal("10 is outside … to 9", WriteRules.WhyRefused(lab.Tags[0], 10));
        Assert.Null(WriteRules.WhyRefused(lab.Tags[0], -5));
    }

    [Fact]
    public void Mistakes_are_told_at_their_place()
    {
        using var site = new TempSite().With("lab.csv", "name,address,write\nt,DB1,maybe\n").With("site.toml", """
            [site]
            name = "press-hall"
            [devices.press]
            driver = "s7"
            writable = "yes"
              [devices.press.tags]
              a = { address = "DB1.DBW2:INT", write = { range = [9, 1] } }
              b = { address = "DB1.DBW2:INT", write = { range = [1], max_age = "0s" } }
              c = { address = "DB1.DBW2:INT", write = true }
            [devices.lab]
            driver = "s7"
            tags = "lab.csv"
            """);
        string[] expected =
        [
            "site.toml:5:12: error: writable: expected true or false",
            "site.toml:7:53: error: range: low, 9, is greater than high, 1",
            "site.toml:8:53: error: range: expected two numbers, [low, high], found 1",
            "site.toml:8:68: error: max_age: expected from \"1ms\"",
            "site.toml:9:43: error: write: expected a table",
            "lab.csv:2:7: error: write: expected yes, no or nothing, found \"maybe\"",
        ];
        var found = site.Load().Problems.Select(p => p.ToString()).ToList();
        Assert.Equal(expected.Length, found.Count);
        foreach (var (e, f) in expected.Zip(found)) Assert.StartsWith(e, f, StringComparison.Ordinal);
    }
}
