using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests.Lines;

/// <summary>The search for units, and the diagnosis of a device on a serial line.</summary>
[Trait("Needs", "Server")]
public class SerialDiscoveryTests
{
    [SkippableFact]
    public async Task Units_are_found_at_the_speed_that_they_have()
    {
        Skip.If(OperatingSystem.IsWindows(), "pseudo terminals are of Unix");
        await using var units = await SerialUnits.StartAsync([3, 5, 240], baud: 19_200);
        var options = new ModbusOptions { Port = units.Port, ReplyTimeout = TimeSpan.FromMilliseconds(60) };
        await using var driver = new ModbusSerialDriver(options, new CapturingPluginLog());
        var progress = new Lines();
        var steps = await ListAsync(driver.DiscoverAsync(["port", "reply_timeout"], progress, CancellationToken.None));
        Assert.Equal(["unit 3", "unit 5", "unit 240", "units"], steps.Select(step => step.Name));
        Assert.All(steps, step => Assert.True(step.IsGood));
        Assert.StartsWith("answers at 19200 8N1 after", steps[0].Found, StringComparison.Ordinal);
        Assert.Contains("holding:0 is 0", steps[0].Found, StringComparison.Ordinal);
        Assert.Equal([$"port = \"{units.Port}\"", "baud = 19200", "unit_id = 3"], steps[^1].Remedies);
        Assert.Contains("9600 8N1: asking 8 usual units", progress.Texts);
        Assert.Contains("19200 8N1: unit 11 of 247, 2 found", progress.Texts);
    }

    [SkippableFact]
    public async Task Nothing_found_is_said_with_what_to_try()
    {
        await using var units = await SerialUnits.StartAsync([3], baud: 19_200);
        var options = new ModbusOptions { Port = units.Port, UnitId = 7, ReplyTimeout = TimeSpan.FromMilliseconds(20) };
        await using var driver = new ModbusSerialDriver(options, new CapturingPluginLog());
        string[] given = ["port", "reply_timeout", "baud", "parity", "unit_id"];
        var step = Assert.Single(await ListAsync(driver.DiscoverAsync(given, new Lines(), CancellationToken.None)));
        Assert.Equal(("units", false, "no unit answers at 9600 8N1"), (step.Name, step.IsGood, step.Found));
        Assert.Contains(step.Remedies, remedy => remedy.Contains("A and B", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Cancellation_ends_the_search_after_what_was_found()
    {
        await using var units = await SerialUnits.StartAsync([1], baud: 9600);
        var options = new ModbusOptions { Port = units.Port };
        await using var driver = new ModbusSerialDriver(options, new CapturingPluginLog());
        using var cancel = new CancellationTokenSource();
        var found = new List<string>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var step in driver.DiscoverAsync(["port", "baud", "parity"], new Lines(), cancel.Token))
            {
                found.Add(step.Name);
                await cancel.CancelAsync();
            }
        });
        Assert.Equal(["unit 1"], found);
    }

    [Fact]
    public async Task A_missing_port_is_one_failed_step()
    {
        await using var driver = new ModbusSerialDriver(new ModbusOptions { Port = "/dev/ttyUSB77" }, new CapturingPluginLog());
        foreach (var steps in new[] { driver.DiscoverAsync([], new Lines(), CancellationToken.None), driver.DiagnoseAsync(default) })
        {
            var step = Assert.Single(await ListAsync(steps));
            Assert.StartsWith("/dev/ttyUSB77 does not exist: is the adapter plugged in?", step.Found, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task The_diagnosis_of_a_device_names_the_option()
    {
        await using var peer = await SerialPeer.StartAsync();
        var driver = await peer.ConnectAsync(peer.Options(unit: 3, replySeconds: 0.4));
        Assert.Equal(["port", "answer"], await NamesAsync(driver, isGood: true));
        peer.Script = request =>
        {
            if (request.Unit == 2) peer.Answer(request);
        };
        Assert.Equal(["answer", "unit"], await NamesAsync(driver, isGood: false));
        peer.Script = request => peer.Send(
            RtuDevice.Frame([request.Unit, .. Convert.FromHexString(request.Pdu.Replace(" ", "", StringComparison.Ordinal))]),
            SerialPeer.Reply(request));
        Assert.Equal(["echo"], await NamesAsync(driver, isGood: false));
    }

    private static async Task<List<string>> NamesAsync(ModbusSerialDriver driver, bool isGood) =>
        (await ListAsync(driver.DiagnoseAsync(CancellationToken.None))).Where(step => step.IsGood == isGood).Select(step => step.Name)
            .ToList();

    private static async Task<List<DiagnosisStep>> ListAsync(IAsyncEnumerable<DiagnosisStep> steps)
    {
        var list = new List<DiagnosisStep>();
        await foreach (var step in steps) list.Add(step);
        return list;
    }

    private sealed class Lines : IProgress<string>
    {
        public List<string> Texts { get; } = [];

        public void Report(string value) => Texts.Add(value);
    }
}
