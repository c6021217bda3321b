using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Modbus.Tests.Field;

/// <summary>The steps of a Modbus device in `plant doctor`: each deviation is recognized and comes with its option.</summary>
public class DiagnosisTests
{
    private static Task<DiagnosisStep> FirstAsync(int port, Func<DiagnosisStep, bool> wanted, params string[] addresses) =>
        FirstAsync(TimeProvider.System, port, wanted, addresses);

    private static async Task<DiagnosisStep> FirstAsync(
        TimeProvider time, int port, Func<DiagnosisStep, bool> wanted, params string[] addresses)
    {
        await using var driver = new ModbusDriver(new ModbusOptions { Host = "127.0.0.1", Port = port }, new CapturingPluginLog(), time);
        driver.Prepare([.. addresses.Select(address => new TagDefinition(address, address))]);
        var seen = new List<DiagnosisStep>();
        await foreach (var step in ((IDiagnosable)driver).DiagnoseAsync(CancellationToken.None))
        {
            seen.Add(step);
            if (wanted(step)) return step;
        }

        Assert.Fail($"no such step among: {string.Join("; ", seen)}");
        return null!;
    }

    private static async Task CheckAsync(int port, string name, string found, string remedy, params string[] addresses)
    {
        var step = await FirstAsync(port, step => step.Name == name, addresses);
        Assert.Contains(found, step.Found, StringComparison.Ordinal);
        Assert.Equal(name is "gaps" or "idle", step.IsGood);
        Assert.Contains(step.Remedies, text => text.Contains(remedy, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_that_answers_as_another_unit()
    {
        using var device = new ScriptedDevice { Script = (request, line) => line.Send((request with { Unit = 1 }).Good()) };
        await CheckAsync(device.Port, "unit", "asked unit 3, unit 1 answered", "check_unit = false", "3/holding:10");
    }

    [Fact]
    public async Task A_unit_that_does_not_answer_while_another_one_does()
    {
        using var device = new ScriptedDevice
        {
            Script = (request, line) =>
            {
                if (request.Unit == 255) line.Send(request.Good());
            },
        };
        await CheckAsync(device.Port, "unit", "unit 1 does not answer, unit 255 does", "unit_id = 255", "holding:10");
    }

    [Fact]
    public async Task A_gateway_that_does_not_reach_the_unit()
    {
        using var device = new ScriptedDevice
        {
            Script = (request, line) => line.Send(request.Unit == 7 ? request.Good() : request.Refusal(0x0B)),
        };
        await CheckAsync(device.Port, "unit", "the gateway does not reach unit 3", "unit id", "3/holding:10");
    }

    [Fact]
    public async Task Transaction_id_0()
    {
        using var device = new ScriptedDevice { Script = (request, line) => line.Send((request with { Id = 0 }).Good()) };
        await CheckAsync(device.Port, "transaction", "transaction id 0", "transaction_ids = false", "holding:10");
    }

    [Fact]
    public async Task Registers_of_32_bits()
    {
        using var device = new ScriptedDevice
        {
            Script = (request, line) => line.Send(request.Frame([3, (byte)(4 * request.Count), .. new byte[4 * request.Count]])),
        };
        await CheckAsync(device.Port, "registers", "asked for 2 registers, 8 bytes came", "register_bits = 32", "holding:10:REAL");
    }

    [Fact]
    public async Task Rtu_over_tcp()
    {
        using var device = new RtuDevice();
        await CheckAsync(device.Port, "framing", "RTU", "framing = \"rtu\"", "holding:10");
    }

    [Fact]
    public async Task A_gap_that_is_refused()
    {
        using var device = new ScriptedDevice
        {
            Script = (request, line) => line.Send(request.Covers(3) ? request.Refusal(4) : request.Good()),
        };
        await CheckAsync(device.Port, "gaps", "server device failure", "max_gap = 0", "holding:0", "holding:5");
    }

    [Fact]
    public async Task A_connection_that_is_closed_when_it_is_idle()
    {
        using var device = new ScriptedDevice
        {
            Script = (request, line) =>
            {
                line.Send(request.Good());
                line.Close();
            },
        };
        await CheckAsync(device.Port, "idle", "closes a connection that is idle", "keep_connection = false", "holding:0");
    }

    [Fact]
    public async Task A_request_right_after_a_reply_that_is_ignored()
    {
        var number = 0;
        using var device = new ScriptedDevice
        {
            Script = (request, line) =>
            {
                // The first request is that of the first step, on a connection of its own; the third one follows the reply to the second.
                if (++number != 3) line.Send(request.Good());
            },
        };
        await CheckAsync(device.Port, "pause", "after a pause is answered", "request_pause", "holding:0");
    }

    [Fact]
    public async Task A_healthy_device_is_told_its_time()
    {
        using var device = new ScriptedDevice();
        var step = await FirstAsync(device.Port, step => step.Name == "answer", "holding:0", "holding:500");
        Assert.True(step.IsGood);
        Assert.Contains("a scan of 2 requests", step.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_too_slow_for_its_requests()
    {
        var time = new ManualTimeProvider();
        using var device = new ScriptedDevice
        {
            Script = (request, line) =>
            {
                time.Advance(TimeSpan.FromMilliseconds(400));
                line.Send(request.Good());
            },
        };
        var step = await FirstAsync(time, device.Port, step => step.Name == "answer", "holding:0", "holding:500", "coil:0", "input:0");
        Assert.Equal("after 0.4 s; a scan of 4 requests takes about 1.6 s one at a time", step.Found);
        Assert.StartsWith("the line is slow: timeout = \"4s\"", Assert.Single(step.Remedies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_answers_nobody()
    {
        using var device = new ScriptedDevice { Script = (_, _) => { } };
        await CheckAsync(device.Port, "answer", "no answer within", "connect_pause", "holding:0");
    }
}
