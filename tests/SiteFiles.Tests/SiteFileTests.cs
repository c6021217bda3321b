using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.SiteFiles.Tests;

public sealed class SiteFileTests
{
    [Fact]
    public void A_device_has_properties_of_the_site()
    {
        using var site = new TempSite().With("site.toml", """
            [site]
            name = "energy"
            [devices.meter]
            driver = "modbus"
            host = "10.0.0.1"
            properties = { type = "ENERGY_METER", floor = 2, is_main = true, ratio = 0.5 }
            """);
        var (model, problems) = site.Load();
        Assert.Empty(problems);
        Assert.Equal(
            [("type", "ENERGY_METER"), ("floor", 2L), ("is_main", true), ("ratio", (object)0.5)],
            model!.Devices[0].Properties.Select(p => (p.Key, p.Value)));
        Assert.Equal(["host"], model.Devices[0].Settings.Entries.Select(e => e.Key));
    }

    [Theory]
    [InlineData("properties = 1", "site.toml:6:14: error: properties: expected a table")]
    [InlineData("properties = { type = [1] }", "site.toml:6:23: error: type: expected a text")]
    [InlineData("properties = { \"a b\" = 1 }", "site.toml:6:16: error:")]
    public void Wrong_properties_are_named(string line, string expected)
    {
        using var site = new TempSite().With("site.toml", $"""
            [site]
            name = "energy"
            [devices.meter]
            driver = "modbus"
            host = "10.0.0.1"
            {line}
            """);
        Assert.StartsWith(expected, Assert.Single(site.Load().Problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lease = { postgres = \"stor\" }", "3:9: error: lease: there is no [sinks.stor], whose server would keep it")]
    [InlineData("lease = { postgres = \"web\" }", "3:9: error: lease: [sinks.web] is of the plugin http: write { http = \"web\" }")]
    [InlineData("lease = { postgres = \"store\", http = \"web\" }", "3:9: error: lease: is one server, for instance { postgres = \"store\" }")]
    [InlineData("health = \"8080\"", "3:10: error: health: is an address with a port, for instance \"0.0.0.0:8080\" or \"127.0.0.1:8080\"")]
    [InlineData("health = \"localhost:80\"", "3:10: error: health: is an address with a port, for instance \"0.0.0.0:8080\" or \"127.0.0.1:8080\"")]
    [InlineData("lease = { postgres = \"store\" }\nhealth = \"[::1]:8080\"", null)]
    public void Lease_and_health_are_checked(string option, string? expected)
    {
        using var site = new TempSite().With("site.toml", $"""
            [site]
            name = "twins"
            {option}
            [devices.meter]
            driver = "modbus"
            [sinks.store]
            sink = "postgres"
            [sinks.web]
            sink = "http"
            """);
        Assert.Equal(expected is null ? [] : [$"site.toml:{expected}"], site.Load().Problems.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("Europe/Madird", "found \"Europe/Madird\": did you mean \"Europe/Madrid\"?")]
    [InlineData("europe/madrid", "found \"europe/madrid\": did you mean \"Europe/Madrid\"?")]
    [InlineData("", "found \"\"")]
    [InlineData("../zoneinfo/UTC", "found \"../zoneinfo/UTC\"")]
    public void A_zone_that_does_not_exist_is_named_at_its_place(string zone, string expected)
    {
        using var site = new TempSite().With("site.toml", $"""
            [site]
            name = "energy"
            time_zone = "{zone}"
            [devices.meter]
            driver = "modbus"
            """);
        var problem = Assert.Single(site.Load().Problems).ToString();
        Assert.Equal($"site.toml:3:13: error: time_zone: expected a time zone such as \"Europe/Madrid\" or \"UTC\", {expected}", problem);
    }

    [Fact]
    public void A_site_is_read_as_it_stands()
    {
        using var site = new TempSite().With("lab.csv", "name;address;low;high\nt;DB1;0,5;9\n").With("site.toml", """
            [site]
            name = "press-hall"
            plant_id = 7
            tenant = "${TENANT}"
            time_zone = "America/Santiago"
            [log]
            level = "debug"
            max_size = "1MB"
            [limits]
            recipe_queue = 8
            [devices.press]
            driver = "s7"
            host = "10.0.0.${LAST}"
            rack = 2
            time_zone = "Europe/Madrid"
            poll = "250ms"
            tls = { ca = "ca.crt" }
            password = { env = "SECRET" }
            reconnect = { first = "1s", every = "1h" }
              [devices.press.tags]
              good = "DB500.DBX0.1"
              "AI Corrente" = { address = "DB500.DBD2:REAL", unit = "A", scale = 0.1, offset = -4, range = [0, 120], poll = "1min" }
            [devices.lab]
            driver = "s7"
            tags = "lab.csv"
            [sinks.broker]
            sink = "mqtt"
            topic = "plc/$${x}"
            """);
        var (model, problems) = site.Load(("TENANT", "acme"), ("LAST", "9"));
        Assert.Empty(problems);
        Assert.NotNull(model);
        Assert.Equal(("press-hall", 7, "acme", site.Folder), (model.Name, model.PlantId, model.Tenant, model.Folder));
        Assert.Equal(["Europe/Madrid", "America/Santiago"], model.Devices.Select(d => d.TimeZone?.Id));
        Assert.Equal((LogLevel.Debug, "logs/plant.log", 1L << 20, 5),
            (model.Log.Level, model.Log.File, model.Log.MaxSize.Bytes, model.Log.FilesKept));
        Assert.Equal((TimeSpan.FromSeconds(2), 8), (model.Limits.RecipeTime, model.Limits.RecipeQueue));
        Assert.Equal(["press", "lab"], model.Devices.Select(d => d.Name));

        var press = model.Devices[0];
        Assert.Equal((new SourceLocation("site.toml", 11, 10), new SourceLocation("site.toml", 12, 10)), (press.At, press.DriverAt));
        Assert.Equal((TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(3)), (press.Poll, press.Timeout));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), TimeSpan.FromHours(1), 10),
            (press.Reconnect.First, press.Reconnect.Max, press.Reconnect.Every, press.Reconnect.AfterFailures));
        Assert.Equal(["host", "rack", "tls", "password"], press.Settings.Entries.Select(e => e.Key));
        Assert.Equal(new SourceLocation("site.toml", 13, 8), press.Settings.Find("host")!.Value.At);
        Assert.Equal([("host", "10.0.0.9"), ("rack", (object)2L)], press.Scalars.Select(s => (s.Key, s.Value)));

        Assert.Equal(new SourceLocation("site.toml", 21, 11), press.Tags[0].AddressAt);
        var current = press.Tags[1];
        Assert.Equal(("AI Corrente", "DB500.DBD2:REAL", "A"), (current.Name, current.Address, current.Unit));
        Assert.Equal((0.1, -4, 0, 120, TimeSpan.FromMinutes(1)), (current.Scale, current.Offset, current.Low, current.High, current.Poll));
        Assert.Equal((0.5, new SourceLocation("lab.csv", 2, 3)), (model.Devices[1].Tags[0].Low, model.Devices[1].Tags[0].AddressAt));

        var broker = Assert.Single(model.Sinks);
        Assert.Equal(("broker", "mqtt", new SourceLocation("site.toml", 27, 8)), (broker.Name, broker.Sink, broker.SinkAt));
        Assert.Equal("plc/${x}", ((TomlString)broker.Settings.Find("topic")!.Value).Text);
    }

    [Fact]
    public void Every_mistake_of_a_site_is_told_at_once()
    {
        using var site = new TempSite().With("press.csv", "name,address,scale\na,1,0.1\na,2,x\n").With("site.toml", """
            [site]
            nmae = "press-hall"
            plant_id = -1
            [lgo]
            level = "info"
            [log]
            level = "inof"
            max_size = 10
            [limits]
            recipe_time = "0ms"
            [devices.press-1]
            drvier = "s7"
            poll = 1000
            tags = "press.csv"
            [devices.lab]
            driver = "s7"
            host = "${HOST}"
            reconnect = { first = "1min", max = "5s" }
            tags = { a = { address = "x", low = 2, high = 1 }, b = { adress = "y" }, " c" = "z", d = 5 }
            [devices.mixer]
            driver = yes
            tags = "pres.csv"
            [devices.oven]
            driver = "s7"
            tags.pump.speed = "DB1"
            [devices.saw.tags]
            [sinks.class]
            sink = 1
            """);
        var (model, problems) = site.Load();
        Assert.Null(model);
        Assert.Equal(
            """
            site.toml:1:1: error: the required key name is missing
            site.toml:2:1: error: unknown key nmae: did you mean "name"?
            site.toml:3:12: error: plant_id: expected an integer from 0 to 2147483647, found -1
            site.toml:4:2: error: unknown section [lgo]: did you mean "log"?
            site.toml:7:9: error: level: expected one of "debug", "info", "warn", "error", found "inof": did you mean "info"?
            site.toml:8:12: error: max_size: expected a size such as "64KB", "512MB" or "2GB", found an integer
            site.toml:10:15: error: recipe_time: expected from "1ms" to "24d", found "0ms"
            site.toml:11:1: error: the required key driver is missing
            site.toml:11:10: error: "press-1" must be a C# identifier, so that recipes can write it (letters, digits and _, no digit first): call it "press_1"
            site.toml:12:1: error: unknown key drvier: did you mean "driver"?
            site.toml:13:8: error: poll: expected a duration such as "250ms", "1s", "5min", "1h" or "7d", found an integer
            site.toml:17:9: error: the environment variable HOST is not set: set it, give a default as in ${HOST:-default}, or write $${HOST} for the characters themselves
            site.toml:18:37: error: max: 5s is less than first, which is 1min
            site.toml:19:37: error: low: low, 2, is greater than high, 1
            site.toml:19:56: error: the required key address is missing
            site.toml:19:58: error: unknown key adress: did you mean "address"?
            site.toml:19:74: error: the name " c" begins or ends with a blank
            site.toml:19:90: error: d: expected an address in quotes or a table such as { address = "…", unit = "A" }, found an integer
            site.toml:21:10: error: expected a value, found yes: text stands in quotes, "yes"
            site.toml:22:8: error: the tag table "pres.csv" does not exist: did you mean "press.csv"?
            site.toml:25:6: error: a tag's name with dots must be quoted: "pump.speed" = …
            site.toml:26:1: error: the tags are empty: expected at least one, as in speed = "address"
            site.toml:26:10: error: the required key driver is missing
            site.toml:27:8: error: "class" is a word of C#, so recipes cannot write it: call it "class_1"
            site.toml:28:8: error: sink: expected a string, found an integer
            press.csv:3:1: error: the tag a is there twice: first in line 2
            press.csv:3:5: error: scale: expected a number such as 0.1, found "x"
            """.ReplaceLineEndings("\n"),
            string.Join('\n', problems));
    }

    [Theory]
    [InlineData("[site]\nname = 'x'", "site.toml:1:1: error: a site needs at least one device, as in [devices.press]")]
    [InlineData("[site]\nname = 'x'\n[devices]", "site.toml:3:1: error: a site needs at least one device, as in [devices.press]")]
    [InlineData("[site]\nname = 'x'\n[device.a]", "site.toml:3:2: error: unknown section [device]: did you mean \"devices\"?")]
    [InlineData("[site]\nname = 'x'\n[devices.a", "site.toml:3:11: error: expected ] after the table's name, found the end of the file")]
    [InlineData("site = 1\ndevices.a.driver = 's7'", "site.toml:1:8: error: site: expected a section, [site], found an integer")]
    [InlineData("devices.a.driver = 's7'",
        "site.toml:1:1: error: there is no [site]: it gives the site its name, as in name = \"press-hall\"")]
    public void What_is_missing_is_told_once(string toml, string expected)
    {
        using var site = new TempSite().With("site.toml", toml);
        Assert.Equal([expected], site.Load().Problems.Select(p => p.ToString()));
    }

    [Fact]
    public void Without_a_file_or_folder_it_says_what_to_do()
    {
        using var site = new TempSite();
        var folder = Path.Combine(site.Folder, "none");
        Assert.Equal($"site.toml: error: there is no folder {folder}: `plant new site {folder}` makes one",
            Assert.Single(SiteFile.Load(folder, _ => null).Problems).ToString());
        var file = Path.Combine(site.Folder, "site.toml");
        Assert.Equal($"site.toml: error: {file} does not exist: a site is a folder with a site.toml, as `plant new site` makes one",
            Assert.Single(site.Load().Problems).ToString());
    }
}
