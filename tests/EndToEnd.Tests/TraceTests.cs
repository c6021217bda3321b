using System.Text;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary><c>plant trace</c> beside a running plant.</summary>
public class TraceTests
{
    private const string Secret = "mT4#press-hall-9Qz";

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task Bytes_and_meaning_of_a_login_are_shown_without_its_password_also_where_a_device_repeats_it()
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        using var site = new SiteFolder($$"""
            [site]
            name = "test"

            [devices.cell]
            driver   = "mqtt"
            host     = "127.0.0.1"
            port     = {{broker.Port}}
            user     = "edge"
            password = { file = "secret" }
              [devices.cell.tags]
              echo = "cell/echo : x"

            [sinks.broker]
            sink  = "mqtt"
            host  = "127.0.0.1"
            port  = {{broker.Port}}
            topic = "cell/echo"
            """);
        site.Write("secret", Secret);
        site.Write("recipes/all.csx", $$"""Plant.cell.Every(100.Milliseconds).Payload(t => new { x = "login {{Secret}}" }).To(Sinks.broker);""");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("CONNECTED .*device=cell");

        await using var trace = PlantProcess.Start("trace", site.Path, "cell");
        await trace.WhenAsync(@"Z < \d+ bytes, PUBLISH cell/echo, QoS 1");
        var (exit, output) = await PlantProcess.RunAsync("restart", site.Path, "cell");
        Assert.True(exit == 0, output);
        await trace.WhenAsync(@"Z > \d+ bytes, CONNECT, MQTT 5.0, client .*, user edge, password hidden");
        await trace.WhenAsync(@"Z < \d+ bytes, after [\d.]+ ms, CONNACK, accepted");
        await trace.WhenAsync(@"    0000  10.{45}  .{4}MQTT");
        await trace.WhenAsync(@"    0\w\w0 .* \*\* \*\* ");
        await trace.SignalAsync("TERM");
        Assert.Equal(0, await trace.WhenExitedAsync());
        Assert.DoesNotContain(Secret, trace.Output, StringComparison.Ordinal);
        var all = string.Concat(trace.Output.Split('\n').Where(l => l.StartsWith("    0", StringComparison.Ordinal))
            .Select(l => l[10..Math.Min(l.Length, 57)].Replace(" ", "", StringComparison.Ordinal)));
        Assert.DoesNotContain(Convert.ToHexString(Encoding.ASCII.GetBytes(Secret[..8])), all, StringComparison.Ordinal);
    }
}
