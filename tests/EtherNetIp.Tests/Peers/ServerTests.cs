using System.Text.Json.Nodes;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Peers;

/// <summary>
/// Two clients that this project did not write read, write and browse the tests' own controller: only then may the driver be measured by
/// it.
/// </summary>
[Trait("Needs", "Server")]
public class ServerTests
{
    private static readonly string[] s_types = ["Bool", "Sint", "Int", "Dint", "Real"];

    [SkippableTheory]
    [InlineData("compactlogix", true)]
    [InlineData("compactlogix", false)]
    [InlineData("v16", true)]
    public async Task St_ethernet_ip_reads_writes_and_browses(string controller, bool connected)
    {
        Skip.IfNot(NpmClient.IsInstalled("st-ethernet-ip"), "no st-ethernet-ip: run npm ci in tests/peers");
        // It asks for the large connection and, when that is refused, for nothing else; the v16 has the small one.
        await using var server = await CipServer.StartAsync(Programs.AllTypes(
            controller, controller == "v16" ? new { maxSize = 504 } : null));
        var result = await NpmClient.RunAsync("cip_st_client.js", new
        {
            port = server.Port,
            connected,
            write = new object[] { new object[] { "Int", 1234 }, new object[] { "Real", 7.25 }, new object[] { "Text", "hello" },
                new object[] { "P1.Sub.B", false } },
            read = new object[] { new[] { "Bool" }, new[] { "Sint" }, new[] { "Text" }, new[] { "Step", "Main" }, new[] { "P1" },
                new object?[] { "Levels", null, 1, 1000 } },
            group = s_types,
            browse = true,
        });

        Assert.Equal("TRUE -128 1234 -2147483648 7.25", string.Join(' ', s_types.Select(name => Shown(result["group"]![name]!))));
        Assert.Equal("hello", (string)result["read"]!["Text"]!);
        Assert.Equal(42, (int)result["read"]!["Step"]!);
        Assert.Equal(49.5, (double)result["read"]!["P1"]!["Speed"]!);
        Assert.Equal("pump 1", (string)result["read"]!["P1"]!["Label"]!);
        Assert.False((bool)result["read"]!["P1"]!["Sub"]!["B"]!);
        Assert.True((bool)result["read"]!["P1"]!["Bits"]![40]!);
        Assert.Equal(Enumerable.Range(0, 1000).Select(n => 3 * n), result["read"]!["Levels"]!.AsArray().Select(n => (int)n!));
        Assert.Equal("hello", (string)(await server.GetAsync("Text"))!);
        Assert.Equal(1234, (int)await server.GetAsync("Int"));
        Assert.Equal(controller == "v16" ? "16.4" : "32.11", (string)result["properties"]!["version"]!);

        var tags = result["tags"]!.AsArray().ToDictionary(tag => $"{tag!["program"]}.{tag["name"]}", tag =>
            $"{tag!["type"]}/{tag["dims"]}");
        Assert.Equal(("DINT/1", "INT/2", "Pump/0", "STRING/1", "INT/0"),
            (tags[".Levels"], tags[".Grid"], tags[".P1"], tags[".Texts"], tags["Main.Step"]));
        var templates = result["templates"]!.AsArray().ToDictionary(
            template => (string)template!["name"]!, template => template!["members"]!.AsArray());
        Assert.Contains(templates["Pump"], member => (string)member!["name"]! == "Bits" && (int)member["info"]! == 2);
    }

    [SkippableFact]
    public async Task Ethernet_ip_reads_and_writes()
    {
        Skip.IfNot(NpmClient.IsInstalled("ethernet-ip"), "no ethernet-ip: run npm ci in tests/peers");
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        var result = await NpmClient.RunAsync("cip_ethernet_ip_client.js", new
        {
            port = server.Port,
            write = new object[] { new object[] { "Dint", 99 }, new object[] { "P1.Speed", 12.5 } },
            read = new object[] { new[] { "Bool" }, new[] { "Step", "Main" }, new[] { "P1.Speed" } },
            group = s_types,
        });

        Assert.Equal("TRUE -128 -32768 99 123.456", string.Join(' ', s_types.Select(name => Shown(result["group"]![name]!))));
        Assert.Equal((42, 12.5), ((int)result["read"]!["Step"]!, (double)result["read"]!["P1.Speed"]!));
        Assert.Equal(99, (int)await server.GetAsync("Dint"));
        Assert.Equal("1769-L33ER/A LOGIX5333ER", (string)result["properties"]!["name"]!);
    }

    private static string Shown(JsonNode value) => value.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => "TRUE",
        System.Text.Json.JsonValueKind.Number => ((float)value).ToString(System.Globalization.CultureInfo.InvariantCulture) is var text
            && text.Contains('E', StringComparison.Ordinal)
            ? value.ToJsonString()
            : text,
        _ => value.ToJsonString(),
    };
}
