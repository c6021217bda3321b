using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;

namespace PlantRuntime.OpcUa.Tests.Faults;

/// <summary>Servers that do not answer all Read calls of a scan in time: every tag has its turn.</summary>
public sealed class TurnTests : IDisposable
{
    private const int Read = 631;
    private const int Calls = 10;
    private const int NodesPerCall = 3;

    private readonly ScriptedServer _server = new();
    private readonly Site _site = new();
    private readonly SemaphoreSlim _withheld = new(0);

    public TurnTests()
    {
        for (var n = 0; n < Calls * NodesPerCall; n++) _server.Values[$"ns=1;i={n}"] = new PeerWriter().U8(11).F64(n).Bytes;
    }

    public void Dispose()
    {
        _server.Dispose();
        _site.Dispose();
        _withheld.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task A_scan_goes_on_with_the_calls_that_the_one_before_left(int fit)
    {
        await using var driver = await ConnectAsync();
        var scan = Scan(driver);
        await scan.ReadAsync();
        Assert.Equal(Calls * NodesPerCall, scan.Good);
        var left = 0;
        _server.Script = (_, request) => request.Type == Read && IsWithheld(left-- > 0);
        var ages = new int[Calls];
        for (var i = 0; i < 4 * Calls; i++)
        {
            left = fit;
            Assert.Null(await ReadUntilWithheldAsync(scan));
            for (var call = 0; call < Calls; call++) ages[call] = IsGood(scan, call) ? 0 : ages[call] + 1;
            var most = 2 * ((Calls + fit - 1) / fit);
            Assert.True(ages.Max() <= most, $"scan {i}: {string.Join(',', ages)}, at most {most} expected");
            Assert.Equal(fit, ages.Count(age => age == 0));
            Assert.All(
                Enumerable.Range(0, Calls).Where(call => ages[call] > 0), call => Assert.True(scan.Buffer.IsNotRead(NodesPerCall * call)));
        }

        _server.Script = null;
        await scan.ReadAsync();
        Assert.Equal(Calls * NodesPerCall, scan.Good);
    }

    [Fact]
    public async Task A_call_that_is_never_answered_costs_only_its_own_tags()
    {
        await using var driver = await ConnectAsync();
        var scan = Scan(driver);
        await scan.ReadAsync();
        _server.Script = (_, request) => request.Type == Read && IsWithheld(!ReadingTests.Contains(request, "ns=1;i=4"));
        var ages = new int[Calls];
        for (var i = 0; i < 40; i++)
        {
            if (await ReadUntilWithheldAsync(scan) is NotConnectedException) await driver.ConnectAsync(CancellationToken.None);
            for (var call = 0; call < Calls; call++) ages[call] = IsGood(scan, call) ? 0 : ages[call] + 1;
            Assert.True(ages.Where((_, call) => call != 1).Max() <= 2, $"scan {i}: {string.Join(',', ages)}");
        }

        Assert.Equal(40, ages[1]);
        Assert.Equal("BAD_COMM no answer in time", scan.Fault(4));
    }

    [Fact]
    public async Task A_node_that_makes_its_call_fail_is_found_although_no_scan_is_complete()
    {
        await using var driver = await ConnectAsync(nodesPerCall: Calls * NodesPerCall);
        var scan = Scan(driver);
        await scan.ReadAsync();
        var left = 0;
        _server.Script = (connection, request) =>
        {
            if (request.Type != Read) return false;
            if (IsWithheld(left-- > 0)) return true;
            if (!ReadingTests.Contains(request, "ns=1;i=7")) return false;
            connection.Fault(request, 0x8002_0000);
            return true;
        };
        var seen = new HashSet<int>();
        for (var i = 0; i < 40; i++)
        {
            left = 2;
            await ReadUntilWithheldAsync(scan);
            seen.UnionWith(Enumerable.Range(0, scan.Buffer.Count).Where(n => scan.Buffer.Samples[n].Quality == Quality.Good));
        }

        Assert.Equal(Enumerable.Range(0, Calls * NodesPerCall).Except([7]), seen.Order());
    }

    private static bool IsGood(PreparedScan scan, int call)
    {
        var good = Enumerable.Range(NodesPerCall * call, NodesPerCall).Count(n => scan.Buffer.Samples[n].Quality == Quality.Good);
        Assert.True(good is 0 or NodesPerCall, $"{good} tags of call {call} are good");
        return good > 0;
    }

    // Says to the script whether it has done with the request: it answers none that is withheld.
    private bool IsWithheld(bool isAnswered)
    {
        if (!isAnswered) _withheld.Release();
        return !isAnswered;
    }

    // Cancels, as the host does at its timeout, when a call was not answered.
    private async Task<Exception?> ReadUntilWithheldAsync(PreparedScan scan)
    {
        using var cancel = new CancellationTokenSource();
        var reading = scan.ReadAsync(cancel.Token).AsTask();
        var isWithheld = _withheld.WaitAsync();
        if (await Task.WhenAny(reading, isWithheld) == isWithheld) await cancel.CancelAsync();
        var failure = await Xunit.Record.ExceptionAsync(() => reading);
        if (!isWithheld.IsCompleted) _withheld.Release();
        await isWithheld;
        return failure;
    }

    private static PreparedScan Scan(OpcUaDriver driver) =>
        new(driver, [.. Enumerable.Range(0, Calls * NodesPerCall).Select(n => $"ns=1;i={n}")]);

    private Task<OpcUaDriver> ConnectAsync(int nodesPerCall = NodesPerCall) => _site.ConnectAsync<OpcUaDriver>(new OpcUaOptions
    {
        Host = "127.0.0.1", Port = _server.Port, Security = "None", Mode = ReadingMode.Poll, MaxNodesPerCall = nodesPerCall,
    });
}
