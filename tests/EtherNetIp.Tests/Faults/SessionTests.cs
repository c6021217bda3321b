using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Faults;

/// <summary>Sessions and connections: sizes, serial numbers, refusals, what a controller forgets.</summary>
[Trait("Needs", "Server")]
public class SessionTests
{
    [Theory]
    [InlineData("compactlogix", 4002, 4002)]
    [InlineData("compactlogix", 1000, 1000)]
    [InlineData("v16", 504, 504)]
    public async Task The_largest_connection_that_the_controller_has(string controller, int maxSize, int size)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes(controller, new { maxSize }));
        await using var driver = await server.ConnectAsync();
        Assert.Equal((true, size), (driver.Loop.Session.Transport.IsConnected, driver.Loop.Session.Transport.Size));
        var scan = new PreparedScan(driver, "Levels[0..999]", "P1", "Text");
        await scan.ReadAsync();
        Assert.Equal(3, scan.Good);
        Assert.Equal(0, (int)(await server.StatsAsync())["tooLong"]!);
    }

    [Theory]
    [InlineData(new[] { 0x0109 }, 504)]
    [InlineData(new[] { 0x0109, 1994 }, 1994)]
    public async Task A_size_that_the_controller_names_is_taken(int[] extended, int size)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes(
            "compactlogix", new { maxSize = extended.Length > 1 ? size : 4002 },
            extended.Length > 1 ? null : new { refuse = new[] { new { service = 0x5B, status = 1, extended } } }));
        await using var driver = await server.ConnectAsync();
        Assert.Equal(size, driver.Loop.Session.Transport.Size);
    }

    [Theory]
    [InlineData("close", 2)]
    [InlineData("status", 2)]
    public async Task A_module_that_ends_the_session_at_a_Large_Forward_Open_gets_a_small_one(string large, int connections)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", new { large }));
        await using var driver = await server.ConnectAsync();
        Assert.Equal((true, 504), (driver.Loop.Session.Transport.IsConnected, driver.Loop.Session.Transport.Size));
        Assert.Equal(connections, (int)(await server.StatsAsync())["connections"]!);
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        Assert.Equal(2, scan.Good);
    }

    [Fact]
    public async Task A_module_that_does_not_answer_a_Large_Forward_Open_gets_a_small_one_at_the_next_attempt()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", new { large = "silent" }));
        await using var driver = server.Open();
        using var cancel = new CancellationTokenSource();
        await server.ResetStatsAsync();
        var connecting = driver.ConnectAsync(cancel.Token).AsTask();
        await WaitAsync(server, "frames", 2);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<NotConnectedException>(() => connecting);
        await driver.ConnectAsync(CancellationToken.None);
        Assert.Equal(504, driver.Loop.Session.Transport.Size);
    }

    [Theory]
    [InlineData("own")]
    [InlineData("requested")]
    public async Task A_controller_may_choose_the_id_of_its_replies(string replyId)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", new { replyId }));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        Assert.Equal(2, scan.Good);
    }

    [Fact]
    public async Task A_module_without_connections_is_asked_without_one()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", new { maxSize = 0, hasLarge = false }));
        await using var driver = await server.ConnectAsync();
        Assert.False(driver.Loop.Session.Transport.IsConnected);
        var scan = new PreparedScan(driver, "Int", "Text", "P1");
        await scan.ReadAsync();
        Assert.Equal(3, scan.Good);
    }

    [Fact]
    public async Task Serial_numbers_differ_from_connection_to_connection_and_after_a_restart()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        for (var start = 0; start < 4; start++)
        {
            var driver = server.Open(time: new ManualTimeProvider(DateTimeOffset.UnixEpoch.AddMilliseconds(start)));
            await driver.ConnectAsync(CancellationToken.None);
            await driver.ConnectAsync(CancellationToken.None);
            await driver.DisposeAsync();
        }

        var triples = (await server.StatsAsync())["triples"]!.AsArray().Select(triple => (string)triple!).ToList();
        Assert.Equal(8, triples.Count);
        Assert.Equal(triples.Distinct(), triples);
    }

    [Fact]
    public async Task A_connection_is_closed_in_order()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        var driver = await server.ConnectAsync();
        await driver.ConnectAsync(CancellationToken.None);
        await driver.DisposeAsync();
        await WaitAsync(server, "open", 0);
        var stats = await server.StatsAsync();
        Assert.Equal((2, 2, 0), ((int)stats["opened"]!, (int)stats["closed"]!, (int)stats["active"]!));
    }

    [Theory]
    [InlineData(1, "out of memory for another session", 2)]
    [InlineData(1, "unsupported version", 0x69)]
    public async Task A_refused_session_is_said(int attempts, string reason, int register)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", faults: new { register }));
        await using var driver = server.Open();
        for (var i = 0; i < attempts; i++)
        {
            var refused = await Assert.ThrowsAsync<NotConnectedException>(() => driver.ConnectAsync(CancellationToken.None).AsTask());
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0x01, 0x0113, "no more connections: close other clients")]
    [InlineData(0x01, 0x0312, "no module at the link address")]
    [InlineData(0x01, 0x0204, "no answer on the way")]
    [InlineData(0x02, 0, "no resources")]
    public async Task A_refused_connection_is_said_with_a_remedy(int status, int extended, string reason)
    {
        var rule = new { status, classId = 6, extended = extended == 0 ? Array.Empty<int>() : [extended] };
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", faults: new { refuse = new[] { rule } }));
        await using var driver = server.Open();
        var refused = await Assert.ThrowsAsync<NotConnectedException>(() => driver.ConnectAsync(CancellationToken.None).AsTask());
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("the controller refuses a connection", refused.Message, StringComparison.Ordinal);
        await server.SetFaultsAsync(new { });
        await driver.ConnectAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(3, null, false, "1,3")]
    [InlineData(0, "1,3,2,10.0.0.9,1,0", true, "1,3,2,10.0.0.9,1,0")]
    [InlineData(0, "1,3,2,10.0.0.9,1,0", false, "1,3,2,10.0.0.9,1,0")]
    public async Task A_route_leads_through_the_chassis(int slot, string? path, bool connected, string route)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix", new { routes = new[] { route } }));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Slot = slot,
            Path = path, Connected = connected });
        var scan = new PreparedScan(driver, "Int", "Text", "P1");
        await scan.ReadAsync();
        Assert.Equal(3, scan.Good);
        Assert.Equal(3 + 2 + 2, (await driver.DescribeAsync(CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_wrong_slot_without_a_connection_is_each_tags_reason()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync(new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Slot = 9,
            Connected = false });
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        Assert.Equal("BAD_DEVICE no module at the link address in the path: check slot and path (01/0312)", scan.Fault(0));
    }

    [Fact]
    public async Task A_session_that_the_controller_forgets_ends_the_connection()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        await server.AskAsync(new { forget = "sessions" });
        var lost = await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync().AsTask());
        Assert.Contains("does not know this session any more", lost.Message, StringComparison.Ordinal);
        await driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(2, scan.Good);
    }

    [Fact]
    public async Task A_connection_that_the_controller_forgets_is_given_up_after_two_silent_scans()
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync();
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        await server.AskAsync(new { forget = "connections" });
        Assert.IsType<OperationCanceledException>(await SilentScanAsync(server, scan, unknown: 1));
        Assert.IsType<NotConnectedException>(await SilentScanAsync(server, scan, unknown: 2));
        await driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(2, scan.Good);
    }

    [Fact]
    public async Task A_connection_that_was_not_used_for_its_time_is_opened_again_before_the_next_scan()
    {
        var time = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        await using var driver = await server.ConnectAsync(time: time);
        var scan = new PreparedScan(driver, "Int", "Text");
        await scan.ReadAsync();
        time.Advance(TimeSpan.FromSeconds(60));
        await scan.ReadAsync();
        Assert.Equal(1, (int)(await server.StatsAsync())["opened"]!);
        time.Advance(TimeSpan.FromSeconds(115));
        await server.AskAsync(new { forget = "connections" });
        await scan.ReadAsync();
        Assert.Equal(2, scan.Good);
        Assert.Equal(2, (int)(await server.StatsAsync())["opened"]!);
    }

    private static async Task<Exception?> SilentScanAsync(CipServer server, PreparedScan scan, int unknown)
    {
        using var cancel = new CancellationTokenSource();
        var reading = scan.ReadAsync(cancel.Token).AsTask();
        await WaitAsync(server, "unknown", unknown);
        await cancel.CancelAsync();
        return await Xunit.Record.ExceptionAsync(() => reading);
    }

    private static async Task WaitAsync(CipServer server, string what, int value)
    {
        while ((int)(await server.StatsAsync())[what]! != value) await Task.Yield();
    }
}
