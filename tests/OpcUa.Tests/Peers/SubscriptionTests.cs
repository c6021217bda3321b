using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;
using PlantRuntime.Plugins.OpcUa.Subscriptions;

namespace PlantRuntime.OpcUa.Tests.Peers;

/// <summary>Subscriptions against node-opcua: changes, bad nodes, and what a server does to a client.</summary>
[Collection(nameof(ChangedServer))]
[Trait("Needs", "Server")]
public sealed class SubscriptionTests(PlainServer peer) : IDisposable
{

    private const string Line = "nsu=http://plant.example/line;";

    private readonly Site _site = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));
    private NodeOpcUaServer Server => peer.Server;

    public void Dispose()
    {
        _site.Dispose();
        _limit.Dispose();
    }

    [SkippableFact]
    public async Task A_change_becomes_a_scan_of_the_tags_that_changed()
    {
        await using var driver = await ConnectAsync();
        await Server.AskAsync("set Int16 -12345");
        await Server.AskAsync("set n0 0");
        await Server.AskAsync("set State 7");
        var scan = new PreparedScan(driver, Line + "s=Int16", Line + "s=State", Line + "i=1000", Line + "s=Motor : Speed");
        await FillAsync(scan);
        Assert.Equal(["-12345", "Fault", "0", "1450.5"], Enumerable.Range(0, 4).Select(i => scan[i].ToString()));
        await Server.AskAsync("set Int16 77");
        await scan.ReadAsync(_limit.Token);
        Assert.Equal((77, true, false), (scan[0].Int, scan.Buffer.IsSet(0), scan.Buffer.IsSet(1)));
    }

    [SkippableFact]
    public async Task All_values_of_a_queue_arrive_in_order()
    {
        // node-opcua samples by a timer of at least 50 ms; at 0 it takes each change.
        await using var driver = await ConnectAsync(publish: 400, sampling: 0);
        await Server.AskAsync("set n0 0");
        var scan = new PreparedScan(driver, Line + "i=1000");
        await FillAsync(scan);
        for (var n = 1; n <= 8; n++)
        {
            await Server.AskAsync($"set n0 {n}");
        }

        for (var n = 1; n <= 8; n++)
        {
            await scan.ReadAsync(_limit.Token);
            Assert.Equal(n, scan[0].Int);
        }
    }

    [SkippableFact]
    public async Task Bad_nodes_affect_only_themselves()
    {
        await using var driver = await ConnectAsync();
        var scan = new PreparedScan(driver,
            [.. Enumerable.Range(0, 20).Select(n => $"{Line}i={1000 + n}"), Line + "s=Nowhere", "nsu=http://other;i=1"]);
        await FillAsync(scan);
        Assert.Equal("BAD_ADDRESS BadNodeIdUnknown", _reasons[20]);
        Assert.Equal("BAD_ADDRESS the server has no namespace 'http://other'", _reasons[21]);
        Assert.Equal(20, _reasons.Values.Count(reason => reason == "GOOD "));
    }

    [SkippableTheory]
    [InlineData("cut")]
    [InlineData("drop")]
    [InlineData("close all")]
    [InlineData("close")]
    [InlineData("restart")]
    public async Task Values_flow_again_after(string fault)
    {
        await using var driver = await ConnectAsync();
        var scan = new PreparedScan(driver, Line + "i=1000", Line + "s=Nowhere");
        await FillAsync(scan);
        await Server.AskAsync(fault);
        await Server.AskAsync("set n0 4711");
        await UntilAsync(driver, scan, () => scan[0].Number == 4711);
        await Server.AskAsync("set n0 4712");
        await UntilAsync(driver, scan, () => scan[0].Number == 4712);
        // A session that node-opcua closes itself leaves its subscription without an owner, and it does not hand that one over.
        Assert.Equal(fault == "close" ? "2" : "1", await Server.AskAsync("subscriptions"));
        Assert.Equal(fault != "drop", _reconnects > 0);
    }

    [SkippableFact]
    public async Task What_changes_while_the_connection_is_cut_is_not_lost()
    {
        await Server.AskAsync("set n0 0");
        await using var driver = await ConnectAsync(publish: 100, sampling: 0);
        var scan = new PreparedScan(driver, Line + "i=1000");
        await FillAsync(scan);
        Assert.NotEqual("0", await Server.AskAsync("cut"));
        for (var n = 1; n <= 5; n++)
        {
            await Server.AskAsync($"set n0 {n}");
            await Task.Delay(150);
        }

        var seen = new List<long>();
        await UntilAsync(driver, scan, () =>
        {
            if (scan.Buffer.IsSet(0)) seen.Add(scan[0].Int);
            return scan[0].Int == 5;
        });
        Assert.Equal([1, 2, 3, 4, 5], seen.Distinct());
        Assert.True(_reconnects > 0);
    }

    [SkippableFact]
    public async Task A_write_goes_out_while_a_read_waits()
    {
        await using var driver = await ConnectAsync();
        var scan = new PreparedScan(driver, Line + "s=Int16");
        await FillAsync(scan);
        var waiting = scan.ReadAsync(_limit.Token).AsTask();
        var writer = ((IWritable)driver).PrepareWrites([new TagDefinition("t", Line + "s=Int16")]);
        await writer.WriteAsync(0, 99, _limit.Token);
        await waiting;
        Assert.Equal(99, scan[0].Int);
    }

    private readonly Dictionary<int, string> _reasons = [];
    private int _reconnects;

    private async Task<SubscribingDriver> ConnectAsync(int publish = 100, int? sampling = null)
        => await _site.ConnectAsync<SubscribingDriver>(new OpcUaOptions
    {
        Host = "127.0.0.1", Port = Server.Port, Security = "None", Publish = TimeSpan.FromMilliseconds(publish), KeepAlive =
            TimeSpan.FromSeconds(1),
        Sampling = sampling is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
    });

    // Reads until every tag had a value or a reason.
    private async Task FillAsync(PreparedScan scan)
    {
        var values = new Value[scan.Buffer.Count];
        while (_reasons.Count < scan.Buffer.Count)
        {
            await scan.ReadAsync(_limit.Token);
            for (var i = 0; i < values.Length; i++)
            {
                if (!scan.Buffer.IsSet(i)) continue;
                _reasons[i] = scan.Fault(i);
                values[i] = scan[i];
            }
        }

        for (var i = 0; i < values.Length; i++) scan.Buffer.Samples[i].Value = values[i];
    }

    // Does what a host does: reads, and connects again when the connection is lost.
    private async Task UntilAsync(IDriver driver, PreparedScan scan, Func<bool> isReached)
    {
        while (true)
        {
            try
            {
                await scan.ReadAsync(_limit.Token);
                if (isReached()) return;
            }
            catch (NotConnectedException)
            {
                _reconnects++;
                await Task.Delay(50, _limit.Token);
                try
                {
                    await driver.ConnectAsync(_limit.Token);
                }
                catch (NotConnectedException)
                {
                }
            }
        }
    }
}
