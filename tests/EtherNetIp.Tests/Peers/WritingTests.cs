using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Peers;

[Trait("Needs", "Server")]
public class WritingTests
{
    private static readonly (string Address, Value Value, string Held, string Expected)[] s_writes =
    [
        ("Bool", false, "Bool", "false"), ("Sint", -1, "Sint", "-1"), ("Int", 1234, "Int", "1234"), ("Dint", 70000, "Dint", "70000"),
        ("Lint", long.MaxValue, "Lint", "\"9223372036854775807\""), ("Usint", 7, "Usint", "7"), ("Uint", 65535, "Uint", "65535"),
            ("Udint", 4000000000L, "Udint", "4000000000"),
        ("Ulint", ulong.MaxValue, "Ulint", "\"18446744073709551615\""), ("Real", 0.5, "Real", "0.5"), ("Lreal", 1e300, "Lreal", "1e+300"),
            ("Text", "hello", "Text", "\"hello\""),
        ("Short", "", "Short", "\"\""), ("Program:Main.Step", 7, "Program:Main.Step", "7"), ("Texts[3]", "three", "Texts", null!),
    ];

    [Theory]
    [InlineData("compactlogix", true)]
    [InlineData("compactlogix", false)]
    [InlineData("v16", true)]
    public async Task Every_type(string controller, bool isConnected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes(controller));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port,
            Connected = isConnected });
        var writer = driver.PrepareWrites([.. s_writes.Select((write, i) => new TagDefinition($"t{i}", write.Address))]);
        for (var i = 0; i < s_writes.Length; i++)
        {
            await writer.WriteAsync(i, s_writes[i].Value, CancellationToken.None);
            if (s_writes[i].Expected is { } expected) Assert.Equal(expected, (await server.GetAsync(s_writes[i].Held)).ToJsonString());
        }

        var texts = (await server.GetAsync("Texts")).AsArray();
        Assert.Equal(("text 2", "three", "text 4"), ((string)texts[2]!, (string)texts[3]!, (string)texts[4]!));
    }

    [Fact]
    public async Task Bits_change_alone()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        await server.SetAsync("Dint", 0x0F0F);
        await WriteAsync(driver, "Dint.4", true);
        await WriteAsync(driver, "Dint.0", false);
        Assert.Equal(0x0F1E, (int)await server.GetAsync("Dint"));
        await WriteAsync(driver, "Usint.7", false);
        Assert.Equal(127, (int)await server.GetAsync("Usint"));
        await WriteAsync(driver, "Flags[40]", true);
        await WriteAsync(driver, "Flags[93]", false);
        await WriteAsync(driver, "Flags[64..66]", Value.Of([false, true, true]));
        await WriteAsync(driver, "P1.Sub.B", false);
        await WriteAsync(driver, "P1.Bits[33]", true);
        var flags = (await server.GetAsync("Flags")).AsArray().Select(flag => (bool)flag!).ToArray();
        var expected = Enumerable.Range(0, 96).Select(n => n switch { 40 or 65 or 66 => true, 93 or 64 => false, _ => n % 3 == 0 });
        Assert.Equal(expected, flags);
        var pump = await server.GetAsync("P1");
        Assert.Equal((false, true, true), ((bool)pump["Sub"]!["B"]!, (bool)pump["Bits"]![33]!, (bool)pump["Bits"]![40]!));
    }

    [Fact]
    public async Task Whole_words_of_a_BOOL_array_are_written_at_once()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        await WriteAsync(driver, "Flags[32..95]", Value.Of([.. Enumerable.Range(0, 64).Select(n => Value.Of(n % 2 == 0))]));
        var flags = (await server.GetAsync("Flags")).AsArray().Select(flag => (bool)flag!).ToArray();
        Assert.Equal(Enumerable.Range(0, 96).Select(n => n < 32 ? n % 3 == 0 : n % 2 == 0), flags);
        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => WriteAsync(driver, "Flags[30..33]", Value.Of([true, true, true, true])));
        Assert.Contains("2 words", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4002)]
    [InlineData(504)]
    public async Task Large_values_are_written_in_fragments(int size)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port,
            ConnectionSize = size });
        await WriteAsync(driver, "Levels[0..999]", Value.Of([.. Enumerable.Range(0, 1000).Select(n => Value.Of((long)(7 * n)))]));
        await WriteAsync(driver, "Texts[0..59]", Value.Of([.. Enumerable.Range(0, 60).Select(n => Value.Of($"new {n}"))]));
        Assert.Equal(Enumerable.Range(0, 1000).Select(n => 7 * n), (await server.GetAsync("Levels")).AsArray().Select(n => (int)n!));
        Assert.Equal(Enumerable.Range(0, 60).Select(n => $"new {n}"), (await server.GetAsync("Texts")).AsArray().Select(n => (string)n!));
        var services = (await server.StatsAsync())["services"]!.AsObject();
        Assert.True((int)services["83"]! >= 2, services.ToJsonString());
    }

    [Theory]
    [InlineData("Sint", 128, "does not fit SINT, which holds whole numbers from -128 to 127; nothing was written")]
    [InlineData("ReadOnly", 2, "access denied")]
    [InlineData("Secret", 2, "access denied")]
    [InlineData("Nothing", 2, "no such tag or member")]
    [InlineData("Levels[1000]", 2, "beyond the end of the array")]
    [InlineData("Real.3", 1, "has no bits")]
    [InlineData("P1", 1, "write its members")]
    [InlineData("Text", 5, "texts (digits in quotes)")]
    [InlineData("Dint.5", 2, "TRUE or FALSE")]
    public async Task What_cannot_be_written_is_refused_with_the_reason(string address, int value, string reason)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => WriteAsync(driver, address, value));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        await WriteAsync(driver, "Int", 5);
        Assert.Equal(5, (int)await server.GetAsync("Int"));
        Assert.Equal(1, (int)(await server.StatsAsync())["connections"]!);
    }

    [Fact]
    public async Task A_text_longer_than_its_type_is_refused()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        await WriteAsync(driver, "Short", new string('x', 20));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => WriteAsync(driver, "Short", new string('x', 21)));
        Assert.Contains("21 characters, but TEXT20 has room for 20", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_between_two_writes_is_noticed()
    {
        await using var server = await CipServer.StartAsync("compactlogix", new { name = "Level", type = "DINT" });
        await using var driver = await server.ConnectAsync();
        var writer = driver.PrepareWrites([new TagDefinition("t", "Level")]);
        await writer.WriteAsync(0, 5, CancellationToken.None);
        await server.AskAsync(new { download = new { tags = new object[] { new { name = "Level", type = "REAL" } } } });
        var refused = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, 5, CancellationToken.None).AsTask());
        Assert.Contains("another type", refused.Message, StringComparison.Ordinal);
        await writer.WriteAsync(0, 5, CancellationToken.None);
        Assert.Equal(5.0, (double)await server.GetAsync("Level"));
    }

    [Fact]
    public async Task A_structure_as_a_whole_is_refused_before_anything_is_sent()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = server.Open();
        var refused = Assert.Throws<AddressException>(() => driver.PrepareWrites([new TagDefinition("t", "P1", "UDT")]));
        Assert.Contains("not written as a whole", refused.Message, StringComparison.Ordinal);
    }

    private static async Task WriteAsync(EtherNetIpDriver driver, string address, Value value) =>
        await driver.PrepareWrites([new TagDefinition("t", address)]).WriteAsync(0, value, CancellationToken.None);
}
