using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Peers;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Faults;

/// <summary>Controllers that do not answer all requests of a scan in time: every tag has its turn.</summary>
[Trait("Needs", "Server")]
public class TurnTests
{
    // Each in a message of its own.
    private static readonly object s_program = new
    {
        controller = "compactlogix",
        model = new { hasPackets = false },
        tags = Enumerable.Range(0, 10).Select(n => new { name = $"Tag{n}", type = "DINT", value = n }).ToArray(),
    };

    private static readonly string[] s_addresses = [.. Enumerable.Range(0, 10).Select(n => $"Tag{n}")];

    [Theory]
    [InlineData(false, 4)]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public async Task A_scan_goes_on_with_the_requests_that_the_one_before_left(bool instanceIds, int fit)
    {
        await using var server = await CipServer.StartAsync(s_program);
        await using var driver = await ConnectAsync(server, ControllerFamily.Logix, instanceIds);
        var scan = new PreparedScan(driver, s_addresses);
        await scan.ReadAsync();
        Assert.Equal(10, scan.Good);
        await CheckTurnsAsync(server, scan, fit);

        await server.SetFaultsAsync(new { });
        await scan.ReadAsync();
        Assert.Equal(Enumerable.Range(0, 10).Select(n => (long)n), Enumerable.Range(0, 10).Select(n => scan[n].Int));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Commands_to_an_SLC_take_turns(int fit)
    {
        await using var server = await CipServer.StartAsync(SlcTests.Program);
        await using var driver = await ConnectAsync(server, ControllerFamily.Slc);
        var scan = new PreparedScan(driver, "N7:0", "F8:0", "L9:0", "B3:0/0", "T4:0.ACC");
        await CheckTurnsAsync(server, scan, fit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Types_that_there_was_no_time_for_are_found_out_in_the_scans_that_follow(bool instanceIds)
    {
        await using var server = await CipServer.StartAsync(s_program);
        await using var driver = await ConnectAsync(server, ControllerFamily.Logix, instanceIds);
        var scan = new PreparedScan(driver, s_addresses);
        var seen = new HashSet<int>();
        for (var i = 0; i < 30 && seen.Count < 10; i++)
        {
            Assert.Null(await ReadAsync(server, scan, fit: 4));
            seen.UnionWith(Enumerable.Range(0, 10).Where(n => scan.Buffer.Samples[n].Quality == Quality.Good));
        }

        Assert.Equal(10, seen.Count);
    }

    [Fact]
    public async Task A_tag_that_another_program_has_with_another_type_is_found_out_although_no_scan_is_complete()
    {
        await using var server = await CipServer.StartAsync(s_program);
        await using var driver = await ConnectAsync(server, ControllerFamily.Logix);
        var scan = new PreparedScan(driver, s_addresses);
        await scan.ReadAsync();
        var tags = Enumerable.Range(0, 10).Select(n => new { name = $"Tag{n}", type = n == 3 ? "REAL" : "DINT", value = n + 0.0 });
        await server.AskAsync(new { download = new { tags } });
        var isGood = false;
        for (var i = 0; i < 12 && !isGood; i++)
        {
            Assert.Null(await ReadAsync(server, scan, fit: 6));
            isGood = scan.Buffer.Samples[3].Quality == Quality.Good;
        }

        Assert.Equal(3.0, scan[3].Number);
    }

    [Fact]
    public async Task Tags_of_a_refused_command_to_an_SLC_are_found_out_although_no_scan_is_complete()
    {
        await using var server = await CipServer.StartAsync(SlcTests.Program);
        await using var driver = await ConnectAsync(server, ControllerFamily.Slc);
        var scan = new PreparedScan(driver, "N7:296", "N7:297", "N7:298", "N7:299", "N7:300");
        var seen = new HashSet<int>();
        for (var i = 0; i < 20 && seen.Count < 4; i++)
        {
            await ReadAsync(server, scan, fit: 2);
            seen.UnionWith(Enumerable.Range(0, 5).Where(n => scan.Buffer.Samples[n].Quality == Quality.Good));
        }

        Assert.Equal([0, 1, 2, 3], seen.Order());
        await server.SetFaultsAsync(new { });
        for (var i = 0; i < 3; i++) await scan.ReadAsync();
        Assert.Equal(4, scan.Good);
        Assert.StartsWith("BAD_ADDRESS no such file or element", scan.Fault(4), StringComparison.Ordinal);
        Assert.Equal(2, ((Plugins.EtherNetIp.Slc.SlcReader)scan.Reader).Plan.Items.Count);
    }

    private static async Task CheckTurnsAsync(CipServer server, PreparedScan scan, int fit)
    {
        var tags = scan.Buffer.Count;
        var ages = new int[tags];
        var reasons = new HashSet<string>();
        for (var i = 0; i < 4 * tags; i++)
        {
            Assert.Null(await ReadAsync(server, scan, fit));
            for (var n = 0; n < tags; n++) ages[n] = scan.Buffer.Samples[n].Quality == Quality.Good ? 0 : ages[n] + 1;
            // With numbers of symbols one more request, about changes of the program, has its turn.
            var most = 2 * ((tags + fit) / fit);
            Assert.True(ages.Max() <= most, $"scan {i}: {string.Join(',', ages)}, at most {most} expected");
            Assert.All(Enumerable.Range(0, tags).Where(n => ages[n] > 0), n => Assert.True(scan.Buffer.IsNotRead(n)));
            reasons.UnionWith(Enumerable.Range(0, tags).Where(n => ages[n] > 0).Select(scan.Fault));
        }

        Assert.Equal(["BAD_COMM no answer in time", "BAD_COMM not asked in this scan, because no time was left"], reasons.Order());
    }

    // Cancels, as the host does at its timeout, when so many requests were answered and one was not.
    private static async Task<Exception?> ReadAsync(CipServer server, PreparedScan scan, int fit)
    {
        await server.SetFaultsAsync(new { answers = fit });
        using var cancel = new CancellationTokenSource();
        var reading = scan.ReadAsync(cancel.Token).AsTask();
        while (!reading.IsCompleted && (int)(await server.StatsAsync())["withheld"]! == 0) await Task.Yield();
        await cancel.CancelAsync();
        return await Xunit.Record.ExceptionAsync(() => reading);
    }

    private static Task<EtherNetIpDriver> ConnectAsync(CipServer server, ControllerFamily family, bool instanceIds = false) =>
        server.ConnectAsync(new EtherNetIpOptions
        {
            Host = "127.0.0.1", Port = server.Port, Family = family, InstanceIds = instanceIds, MaxRequests = 1,
        });
}
