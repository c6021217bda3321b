using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>CPUs that do not answer all requests of a scan in time: every tag has its turn.</summary>
public class TurnTests
{
    // Each fills a request of its own.
    private static string[] Apart(int count) => [.. Enumerable.Range(0, count).Select(n => $"DB{n + 1}.DBB0:BYTE[200]")];

    [Theory]
    [InlineData(10, 4)]
    [InlineData(10, 1)]
    [InlineData(7, 3)]
    [InlineData(2, 1)]
    public async Task A_scan_goes_on_with_the_requests_that_the_one_before_left(int tags, int fit)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var scan = new S7Scan(rig.Driver, Apart(tags));
        var left = 0;
        rig.Cpu.Script = (request, line) =>
        {
            if (left-- > 0) line.Send(request.Good());
        };
        var ages = new int[tags];
        for (var i = 0; i < 6 * tags; i++)
        {
            left = fit;
            Assert.Null(await rig.ReadUntilOutOfTimeAsync(scan, requests: fit + 1, replies: fit));
            rig.Cpu.Arrived();
            Assert.Equal(fit, scan.Good);
            for (var n = 0; n < tags; n++) ages[n] = scan.Buffer.Samples[n].Quality == Quality.Good ? 0 : ages[n] + 1;
            var most = 2 * ((tags + fit - 1) / fit);
            Assert.True(ages.Max() <= most, $"scan {i}: {string.Join(',', ages)}, at most {most} expected");
            Assert.All(Enumerable.Range(0, tags).Where(n => ages[n] > 0), n => Assert.True(scan.Buffer.IsNotRead(n)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_request_that_is_never_answered_costs_only_its_own_tags_and_is_asked_again(int jobs)
    {
        await using var rig = await S7Fixture.ConnectAsync(jobs: jobs);
        var scan = new S7Scan(rig.Driver, Apart(6));
        var withheld = new SemaphoreSlim(0);
        rig.Cpu.Script = (request, line) =>
        {
            if (request.Items.All(item => item.Block != 3)) line.Send(request.Good());
            else withheld.Release();
        };
        var ages = new int[6];
        for (var i = 0; i < 40; i++)
        {
            var failure = await scan.ReadUntilTimeoutAsync(async () =>
            {
                await withheld.WaitAsync();
                // The replies to the other requests in flight are on their way.
                while (rig.Driver.Loop.Requests.Outstanding > 1) await Task.Yield();
            });
            if (failure is NotConnectedException) await rig.Driver.ConnectAsync(CancellationToken.None);
            for (var n = 0; n < 6; n++) ages[n] = scan.Buffer.Samples[n].Quality == Quality.Good ? 0 : ages[n] + 1;
            Assert.True(ages.Where((_, n) => n != 2).Max() <= 2, $"scan {i}: {string.Join(',', ages)}");
        }

        Assert.Equal(40, ages[2]);
        rig.Cpu.Script = (request, line) => line.Send(request.Good());
        await scan.ReadAsync();
        await scan.ReadAsync();
        Assert.Equal(6, scan.Good);
    }
}
