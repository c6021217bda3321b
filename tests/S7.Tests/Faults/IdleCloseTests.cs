using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>CPUs that close a connection which was idle, as a LOGO does after 1.5 s.</summary>
public class IdleCloseTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_closed_connection_is_seen_before_the_next_request(bool isReset)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var scan = new S7Scan(rig.Driver, "DB1.DBW0");
        PeerLine? last = null;
        rig.Cpu.Script = (request, line) =>
        {
            last = line;
            line.Send(request.Good());
        };
        for (var i = 0; i < 5; i++)
        {
            await scan.ReadAsync();
            Assert.False(rig.Driver.IsClosedByDevice);
            if (isReset) last!.Reset();
            else last!.Close();
            await WaitUntilAsync(() => ((IConnectionProbe)rig.Driver).IsClosedByDevice);
            await rig.Driver.ConnectAsync(CancellationToken.None);
        }

        Assert.Equal(5, rig.Cpu.Arrived().Count);
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
