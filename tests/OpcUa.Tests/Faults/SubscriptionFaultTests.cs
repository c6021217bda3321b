using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;
using PlantRuntime.Plugins.OpcUa.Subscriptions;

namespace PlantRuntime.OpcUa.Tests.Faults;

/// <summary>Subscriptions that go wrong at the server.</summary>
public sealed class SubscriptionFaultTests : IDisposable
{
    private readonly ScriptedServer _server = new();
    private readonly Site _site = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    public SubscriptionFaultTests()
    {
        for (var n = 0; n < 4; n++) _server.Values[$"ns=1;i={n + 1}"] = new PeerWriter().U8(11).F64(n).Bytes;
    }

    public void Dispose()
    {
        _server.Dispose();
        _site.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task A_missing_notification_is_republished_in_order()
    {
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await _server.NotifyAsync(1, (0, 10));
        _server.Kept[2] = _server.Notification(2, (0, 20));
        _server.Kept[3] = _server.Notification(3, (0, 30));
        await _server.NotifyAsync(4, (0, 40));
        Assert.Equal([10, 20, 30, 40], await ValuesAsync(scan, 4));
        Assert.Equal((2, 0), (driver.Manager.Republished, driver.Manager.LostNotifications));
    }

    [Fact]
    public async Task A_notification_that_the_server_lost_is_reported()
    {
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await _server.NotifyAsync(1, (0, 10));
        await _server.NotifyAsync(3, (0, 30));
        Assert.Equal([10, 30], await ValuesAsync(scan, 2));
        Assert.Contains("notification 2 of subscription 1 (4 tags) is lost: the server no longer has it", _site.Log.Warnings);
    }

    [Fact]
    public async Task A_keep_alive_shows_a_gap_too()
    {
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await _server.NotifyAsync(1, (0, 10));
        _server.Kept[2] = _server.Notification(2, (0, 20));
        await _server.NotifyAsync(3);
        Assert.Equal([10, 20], await ValuesAsync(scan, 2));
        await _server.NotifyAsync(3, (0, 30));
        Assert.Equal([30], await ValuesAsync(scan, 1));
    }

    [Fact]
    public async Task A_notification_that_comes_twice_counts_once()
    {
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await _server.NotifyAsync(1, (0, 10));
        await _server.NotifyAsync(1, (0, 10));
        await _server.NotifyAsync(2, (0, 20));
        Assert.Equal([10, 20], await ValuesAsync(scan, 2));
    }

    [Fact]
    public async Task Several_values_of_a_tag_in_one_notification_are_scans_in_order()
    {
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await _server.NotifyAsync(1, (0, 1), (0, 2), (0, 3), (1, 7));
        Assert.Equal([1, 2, 3], await ValuesAsync(scan, 3));
    }

    [Fact]
    public async Task A_notification_is_acknowledged_when_the_host_has_stored_it()
    {
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await _server.NotifyAsync(1, (0, 10));
        await _server.NotifyAsync(2, (0, 20));
        await _server.NotifyAsync(3, (0, 30));
        await ValuesAsync(scan, 3);
        Assert.Empty(_server.Acknowledged);
        // The first scan were the values that were read at the start.
        await driver.AcknowledgeAsync(3, _limit.Token);
        await _server.NotifyAsync(4, (0, 40));
        await ValuesAsync(scan, 1);
        while (_server.Acknowledged.Count < 2) await Task.Delay(5, _limit.Token);
        Assert.Equal([1u, 2u], _server.Acknowledged);
    }

    [Fact]
    public async Task A_subscription_that_the_server_ends_is_created_again()
    {
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        var status =
            new PeerWriter().U32(1).Time(DateTime.UtcNow).I32(1).Id(820).U8(1).Blob(new PeerWriter().U32(0x800A_0000).U8(0).Bytes).Bytes;
        while (_server.Latest.Waiting.IsEmpty) await Task.Delay(1, _limit.Token);
        _server.Latest.Publish(1, 1, status);
        // The values are read anew when it is created.
        await scan.ReadAsync(_limit.Token);
        Assert.Equal(2u, _server.LastSubscription);
        Assert.Contains("the server ended subscription 1 (BadTimeout): it is created again", _site.Log.Warnings);
    }

    [Fact]
    public async Task A_silent_subscription_is_created_again()
    {
        _server.KeepAliveCount = 2;
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await scan.ReadAsync(_limit.Token);
        Assert.Equal(2u, _server.LastSubscription);
        Assert.Contains(_site.Log.Warnings, line => line.Contains("does not send", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_break_the_subscription_goes_on_and_what_was_missed_is_fetched(bool isSessionLost)
    {
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await _server.NotifyAsync(1, (0, 10));
        Assert.Equal([10], await ValuesAsync(scan, 1));
        _server.Kept[2] = _server.Notification(2, (0, 20));
        var refusals = isSessionLost ? 1 : 0;
        _server.Script = (connection, request) =>
        {
            if (request.Type != 467 || refusals-- <= 0) return false;
            connection.Fault(request, 0x8025_0000);
            return true;
        };
        _server.Latest.Close();
        await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync(_limit.Token).AsTask());
        await driver.ConnectAsync(_limit.Token);
        Assert.Equal([20], await ValuesAsync(scan, 1));
        Assert.Equal((1u, isSessionLost), (_server.LastSubscription, _server.Requests.Contains(841u)));
        Assert.Equal(isSessionLost ? 2 : 1, _server.Requests.Count(type => type == 461));
    }

    [Fact]
    public async Task Publish_requests_that_the_server_lost_are_sent_again()
    {
        _server.KeepAliveCount = 2;
        var lost = 0;
        _server.Script = (_, request) => request.Type == 826 && ++lost <= 3;
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        await scan.ReadAsync(_limit.Token);
        _server.Script = null;
        await _server.NotifyAsync(1, (0, 10));
        while (scan[0].Int != 10) await scan.ReadAsync(_limit.Token);
    }

    [Fact]
    public async Task A_server_that_stops_answering_is_noticed()
    {
        _server.KeepAliveCount = 2;
        await using var driver = await ConnectAsync();
        var scan = await StartAsync(driver);
        _server.IsSilent = true;
        var lost = await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync(_limit.Token).AsTask());
        Assert.Contains("does not answer any more", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_reads_waits_at_the_server()
    {
        await using var driver = await ConnectAsync();
        await StartAsync(driver);
        uint sequence = 0;
        // Until no Publish request is waiting there any more.
        while (true)
        {
            var deadline = Environment.TickCount64 + 2000;
            while (_server.Latest.Waiting.IsEmpty && Environment.TickCount64 < deadline) await Task.Delay(1, _limit.Token);
            if (_server.Latest.Waiting.IsEmpty) break;
            await _server.NotifyAsync(++sequence, (0, sequence));
            Assert.True(sequence < 1000, "the driver takes without end");
        }

        Assert.True(driver.Manager.IsBehind);
    }

    [Fact]
    public async Task The_first_values_are_there_while_further_items_are_created()
    {
        const int tags = 1500;
        for (var n = 0; n < tags; n++) _server.Values[$"ns=1;i={n + 1}"] = new PeerWriter().U8(11).F64(n).Bytes;
        _server.Values.TryRemove("ns=1;i=1300", out _);
        using var isFirstRead = new ManualResetEventSlim();
        var calls = 0;
        _server.Script = (_, request) =>
        {
            if (request.Type == 751 && ++calls == 2)
                Assert.True(isFirstRead.Wait(TimeSpan.FromSeconds(60)), "no scan before the second call");
            return false;
        };
        await using var driver = await ConnectAsync();
        var scan = new PreparedScan(driver, [.. Enumerable.Range(1, tags).Select(n => $"ns=1;i={n}")]);
        await scan.ReadAsync(_limit.Token);
        Assert.Equal(1000, scan.Good);
        Assert.False(scan.Buffer.IsSet(1299));
        isFirstRead.Set();
        var later = new Dictionary<int, Quality>();
        while (later.Count < tags - 1000)
        {
            await scan.ReadAsync(_limit.Token);
            for (var tag = 0; tag < tags; tag++)
            {
                if (scan.Buffer.IsSet(tag)) later[tag] = scan.Buffer.Samples[tag].Quality;
            }
        }

        Assert.Equal(Enumerable.Range(1000, tags - 1000), later.Keys.Order());
        Assert.Equal([1299], later.Where(tag => tag.Value != Quality.Good).Select(tag => tag.Key));
    }

    private Task<SubscribingDriver> ConnectAsync() => _site.ConnectAsync<SubscribingDriver>(new OpcUaOptions
    {
        Host = "127.0.0.1", Port = _server.Port, Security = "None", Publish = TimeSpan.FromMilliseconds(50), KeepAlive =
            TimeSpan.FromSeconds(1),
    });

    // Prepares four tags and takes the values that are read at the start.
    private async Task<PreparedScan> StartAsync(SubscribingDriver driver)
    {
        var scan = new PreparedScan(driver, [.. Enumerable.Range(1, 4).Select(n => $"ns=1;i={n}")]);
        await scan.ReadAsync(_limit.Token);
        Assert.Equal(4, scan.Good);
        return scan;
    }

    private async Task<List<long>> ValuesAsync(PreparedScan scan, int count)
    {
        var values = new List<long>();
        for (var i = 0; i < count; i++)
        {
            await scan.ReadAsync(_limit.Token);
            values.Add(scan[0].Int);
        }

        return values;
    }
}
