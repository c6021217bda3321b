using System.Net;
using System.Net.Sockets;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Looking into a PLC, with and without a running host.</summary>
[Trait("Needs", "Process")]
public class DoctorTests
{
    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task Doctor_browse_and_read_look_into_a_plc_directly_and_through_a_running_host()
    {
        await using var server = await WriteTests.StartServerAsync();
        using var client = new Snap7Client(server);
        using var site = WriteTests.Site(server.Port);
        site.Replace("site.toml", "DB1.DBD20:REAL", "DB9.DBD20:REAL");
        await LookAsync(site, "asked directly", @"ok +handshake +\d+ ms");

        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("FACTS device=press state=\"RUN\" order_number=\"6ES7 315");
        await LookAsync(site, "asked through the running host", "ok +host +connected");
        Assert.Equal(1, plant.Count("CONNECTED .*device=press"));
        await client.StopCpuAsync();
        await plant.WhenAsync("WARN .*FACTS device=press state=\"STOP\"");
        var (_, output) = await PlantProcess.RunAsync("doctor", site.Path);
        Assert.Matches(@"FAIL +facts +state STOP, .*\n +state is STOP: see at the device why", output);
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task Doctor_searches_a_serial_line_and_tests_a_device_of_it()
    {
        Skip.If(OperatingSystem.IsWindows(), "pseudo terminals are of Unix");
        await using var units = await SerialUnits.StartAsync([3], 9600);
        var (exit, output) = await PlantProcess.RunAsync("doctor", $"modbus://{units.Port}?baud=9600&parity=none&unit=3");
        Assert.Equal((0, true), (exit, output.StartsWith($"modbus, {units.Port} 9600 8N1\n", StringComparison.Ordinal)));
        Assert.Matches(@"ok +unit 3 +answers at 9600 8N1 after \d+ ms: holding:0 is 0\n", output);
        Assert.Matches("port = \".*\"\n *baud = 9600\n *unit_id = 3", output);

        using var site = new SiteFolder($"""
            [site]
            name = "test"
            [devices.meter]
            driver  = "modbus"
            port    = "{units.Port}"
            unit_id = 3
              [devices.meter.tags]
              value = "holding:7"
            """);
        (exit, output) = await PlantProcess.RunAsync("doctor", site.Path);
        Assert.Equal((0, true), (exit, output.Contains("1 device: all well", StringComparison.Ordinal)));
        Assert.Matches(
            @"ok +port +.*\n  ok +answer +unit 3 .*: holding:7 is 7\n  ok +handshake .*\n  ok +facts .*\n  ok +tags +1 are good", output);
    }

    [Theory]
    [InlineData("modbus:///dev/ttyUSB77?baud=9600", "FAIL  port       /dev/ttyUSB77 does not exist: is the adapter plugged in?")]
    [InlineData("modbus:///dev/ttyUSB77?buad=9600", "unknown key buad: did you mean \"baud\"?")]
    [InlineData("modbos:///dev/ttyUSB77", "no plugin has a driver \"modbos\": did you mean \"modbus\"?")]
    [InlineData("modbus://127.0.0.1:1?unit=1", "FAIL  port       1: connection refused")]
    [InlineData("modbus://?unit=1", "the host is missing: modbus://192.168.0.10 or, for a serial port, modbus:///dev/ttyUSB0")]
    [InlineData("opc.tcp://127.0.0.1:1", "FAIL  port       1: connection refused")]
    [InlineData("nats://127.0.0.1:1", "a device that needs more is tested in a site: plant doctor SITE DEVICE")]
    [InlineData("10.0.0.1:502", "an address begins with its driver: modbus://10.0.0.1:502")]
    public async Task Doctor_names_what_is_wrong_with_an_address(string address, string expected)
    {
        var (exit, output) = await PlantProcess.RunAsync("doctor", address);
        Assert.Equal(1, exit);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Doctor_says_what_to_do_about_a_dead_plc()
    {
        using var site = WriteTests.Site(FreePort());
        var (exit, output) = await PlantProcess.RunAsync("doctor", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(
            @"press \(s7, 127\.0\.0\.1:\d+\)\n  ok +name +127\.0\.0\.1\n  FAIL +port +\d+: connection refused\n +the machine is there",
            output);
        Assert.Matches(@"line \(simulator, \S+\)\n  ok +handshake +\d+ ms\n  ok +tags +2 are good", output);
        Assert.Contains("1 of 2 devices needs help", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync("read", site.Path, "press");
        Assert.Equal(1, exit);
        Assert.Matches(@"press: connection refused.*\nplant doctor \S+ says how far it goes and what to do", output);

        site.Replace("site.toml", "host     = \"127.0.0.1\"", "host     = \"press.invalid\"");
        (exit, output) = await PlantProcess.RunAsync("doctor", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"FAIL +name +press\.invalid.*\n.*site\.toml.*\n.*getent hosts press\.invalid", output);
        (exit, output) = await PlantProcess.RunAsync("browse", site.Path, "line");
        Assert.True(exit == 1 && output.Contains("the driver simulator cannot browse", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task Doctor_tests_the_sinks_and_stores_nothing()
    {
        using var site = new SiteFolder($"""
            [site]
            name = "test"
            [devices.line]
            driver = "simulator"
              [devices.line.tags]
              level = "const 5"
            [sinks.web]
            sink = "http"
            url  = "http://127.0.0.1:{FreePort()}/records"
            [sinks.lines]
            sink = "jsonl"
            path = "data/deep/lines.jsonl"
            """);
        var (exit, output) = await PlantProcess.RunAsync("doctor", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"web \(http, 127\.0\.0\.1:\d+\)\n  ok +name +127\.0\.0\.1\n  FAIL +port +\d+: connection refused", output);
        Assert.Matches(@"lines \(jsonl\)\n  ok +file +.* are created with the first records\n  ok +disk +.* free of ", output);
        Assert.Matches(@"1 device: all well\r?\n1 of 2 sinks needs help", output);
        Assert.False(Directory.Exists(site.At("data/deep")));

        (exit, output) = await PlantProcess.RunAsync("doctor", site.Path, "lines");
        Assert.Equal((0, true, false), (exit, output.Contains("1 sink: all well", StringComparison.Ordinal),
            output.Contains("device:", StringComparison.Ordinal)));
        (exit, output) = await PlantProcess.RunAsync("doctor", site.Path, "line");
        Assert.Equal((0, false), (exit, output.Contains("sink", StringComparison.Ordinal)));
        (exit, output) = await PlantProcess.RunAsync("doctor", site.Path, "wep");
        Assert.Equal(1, exit);
        Assert.Contains("no device or sink \"wep\" in test: did you mean \"web\"?", output, StringComparison.Ordinal);
    }

    private static async Task LookAsync(SiteFolder site, string how, string step)
    {
        var (exit, output) = await PlantProcess.RunAsync("doctor", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(step, output);
        Assert.Matches(@"ok +facts +state RUN, order_number 6ES7 315-2EH14-0AB0", output);
        Assert.Matches(@"FAIL +tags +1 of 4 are bad\n +site\.toml:17:\d+: real: BAD_ADDRESS object does not exist", output);
        (exit, output) = await PlantProcess.RunAsync("browse", site.Path, "press");
        Assert.True(exit == 0, output);
        Assert.Matches(@"DB1 +data block +32", output);
        Assert.Contains($"in press, {how}", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync("read", site.Path, "press", "--address", "DB1.DBD20:REAL");
        Assert.True(exit == 0, output);
        Assert.Matches(@"DB1\.DBD20:REAL +1\.5 +GOOD", output);
        (_, output) = await PlantProcess.RunAsync("read", site.Path, "press", "--address", "DB1.DBB22:CHAR");
        Assert.Matches(@"DB1\.DBB22:CHAR +GOOD", output);
        (exit, output) = await PlantProcess.RunAsync("read", site.Path, "press", "--address", "DB1.DBD20:RAEL");
        Assert.True(exit == 1 && output.Contains("REAL", StringComparison.Ordinal), output);
    }

    internal static int FreePort()
    {
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
