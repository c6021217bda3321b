using System.Net.Sockets;
using System.Threading.Channels;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Faults;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>
/// The whole program on a line that is too slow for its requests, with a dead unit behind a gateway, and with a device that closes idle
/// connections.
/// </summary>
[Trait("Needs", "Process")]
public class SlowLineTests
{
    private const int Tags = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task On_a_line_too_slow_for_all_requests_every_tag_has_its_turn_and_OK_counts_those_that_were_read()
    {
        using var gateway = new Gateway(TimeSpan.FromMilliseconds(200), deadUnit: -1);
        using var site = NewSite(gateway.Port, n => $"holding:{200 * n}");
        await using var plant = PlantProcess.Start("run", site.Path);
        await WhenReadAsync(plant, site, [.. Enumerable.Range(0, Tags)], times: 3);
        await plant.WhenAsync("OK .*device=line ");

        Check(site, n => 200 * n);
        Assert.Equal(plant.Count("OK .*device=line "), plant.Count($"OK .*device=line .*tags=[1-9] of={Tags} "));
        Assert.Equal(1, gateway.Connections);
    }

    [Fact]
    public async Task A_dead_unit_among_many_costs_no_other_its_turn()
    {
        using var gateway = new Gateway(TimeSpan.Zero, deadUnit: 3);
        using var site = NewSite(gateway.Port, n => $"{n}/holding:{n}");
        await using var plant = PlantProcess.Start("run", site.Path);
        await WhenReadAsync(plant, site, [.. Enumerable.Range(0, Tags).Where(n => n != 3)], times: 6);
        await plant.WhenAsync("BAD tag=line.t3 ");

        Check(site, n => n);
        Assert.DoesNotContain(Samples(site), sample => sample is { Tag: "t3", Quality: "GOOD" });
        Assert.Equal(0, plant.Count($"OK .*device=line .*tags={Tags} "));
        Assert.Equal(1, gateway.Connections);
    }

    [Fact]
    public async Task A_device_that_closes_a_connection_between_two_scans_costs_no_scan_and_no_warning()
    {
        using var gateway = new Gateway(TimeSpan.Zero, deadUnit: -1) { Idle = TimeSpan.FromMilliseconds(100) };
        using var site = NewSite(gateway.Port, n => $"holding:{n}");
        await using var plant = PlantProcess.Start("run", site.Path);
        await WhenReadAsync(plant, site, [.. Enumerable.Range(0, Tags)], times: 5);

        // On a busy machine scans that are late follow each other before the device closes the connection.
        var closed = await Until.HoldsAsync(() => gateway.Connections >= 5, s_patience);
        Assert.True(closed is not null, $"{gateway.Connections} connections");
        Assert.All(Samples(site), sample => Assert.Equal("GOOD", sample.Quality));
        Assert.Equal(0, plant.Count(" (WARN|ERROR) "));
    }

    // A value is good or old, and always its own tag's.
    private static void Check(SiteFolder site, Func<int, int> valueOf)
    {
        foreach (var sample in Samples(site))
        {
            Assert.Contains(sample.Quality, (string[])["GOOD", "STALE", "BAD_COMM"]);
            if (sample.Quality != "BAD_COMM") Assert.Equal($"{valueOf(sample.Tag[1] - '0')}", sample.Value);
        }
    }

    private static async Task WhenReadAsync(PlantProcess plant, SiteFolder site, int[] tags, int times)
    {
        var read = await Until.HoldsAsync(
            () => Samples(site).Where(sample => sample.Quality == "GOOD").CountBy(sample => sample.Tag)
                .Count(count => tags.Contains(count.Key[1] - '0') && count.Value >= times) == tags.Length,
            s_patience);
        Assert.True(read is not null, plant.Output);
    }

    // The last line may be half written.
    private static List<StoredSample> Samples(SiteFolder site) =>
        [.. site.Lines("data/lines.jsonl").Where(line => line.EndsWith('}')).SelectMany(JsonLine.Samples)];

    private static SiteFolder NewSite(int port, Func<int, string> address)
    {
        var site = new SiteFolder($$"""
            [site]
            name = "test"

            [devices.line]
            driver  = "modbus"
            host    = "127.0.0.1"
            port    = {{port}}
            poll    = "500ms"
            timeout = "700ms"
              [devices.line.tags]
              {{string.Join("\n  ", Enumerable.Range(0, Tags).Select(n => $"t{n} = \"{address(n)}\""))}}

            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        return site;
    }

    /// <summary>A gateway that serves one request after the other, each in its time; register n holds n.</summary>
    private sealed class Gateway(TimeSpan pace, int deadUnit) : LoopbackPeer
    {
        private int _served;

        /// <summary>Time without a request after which it closes the connection; none if it is null.</summary>
        public TimeSpan? Idle { get; init; }

        protected override async Task ServeAsync(Socket socket, int number)
        {
            var requests = Channel.CreateUnbounded<byte[]>();
            var serving = ServeAsync(socket, requests.Reader);
            await ReadFramesAsync(socket, 6, held => 6 + (held[4] << 8) + held[5], request => requests.Writer.TryWrite(request));
            requests.Writer.Complete();
            await serving;
        }

        private async Task ServeAsync(Socket socket, ChannelReader<byte[]> requests)
        {
            await foreach (var request in requests.ReadAllAsync())
            {
                await Task.Delay(pace);
                if (request[6] == deadUnit) continue;
                if (request[7] != 3)
                {
                    // It knows no other function than to read holding registers.
                    await socket.SendAsync(new byte[] { request[0], request[1], 0, 0, 0, 3, request[6], (byte)(request[7] | 0x80), 1 });
                    continue;
                }

                var (start, count) = ((request[8] << 8) + request[9], (request[10] << 8) + request[11]);
                byte[] reply = [request[0], request[1], 0, 0, 0, (byte)(3 + (2 * count)), request[6], request[7], (byte)(2 * count),
                    .. Enumerable.Range(start, count).SelectMany(n => new[] { (byte)(n >> 8), (byte)n })];
                await socket.SendAsync(reply);
                if (Idle is { } idle) _ = CloseIfIdleAsync(socket, idle, ++_served);
            }
        }

        private async Task CloseIfIdleAsync(Socket socket, TimeSpan idle, int served)
        {
            await Task.Delay(idle);
            if (served == _served) socket.Shutdown(SocketShutdown.Both);
        }
    }
}
