using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Wire;

namespace PlantRuntime.Modbus.Tests.Faults;

/// <summary>
/// A device answers one request with every kind of bad input. No case affects another tag, another unit behind the same connection or
/// another device, no case makes a wrong value, and a connection that can be kept is kept.
/// </summary>
public class BadInputTests
{
    private const int Scans = 8;
    private const int Target = 100;

    // The host's timeout, for cases that end in no event.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, BadReply> s_cases = BadReply.All().ToDictionary(bad => bad.Name);

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var bad in s_cases.Values)
            {
                cases.Add(bad.Name, 1);
                if (!bad.IsOfAnotherRequest) cases.Add(bad.Name, 4);
            }

            return cases;
        }
    }

    public static TheoryData<string> WriteCases { get; } = new(s_cases.Values.Where(bad => bad.IsOfWrites).Select(bad => bad.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_bad_reply_to_one_request_affects_nothing_else(string name, int pipeline)
    {
        var bad = s_cases[name];
        var isKept = bad.IsKept && (pipeline == 1 || !bad.IsPart);
        await using var rig = await ModbusFixture.ConnectAsync(pipeline);
        await using var other = await ModbusFixture.ConnectAsync();
        string[] addresses = ["holding:5", $"holding:{Target}", "2/holding:7", "coil:9", "input:300"];
        (int Tag, Value Value)[] expected = [(0, 5), (1, Target), (2, 7), (3, true), (4, 300)];
        var (scan, healthy) = (new ModbusScan(rig.Driver, addresses), new ModbusScan(other.Driver, addresses));
        await scan.ReadAsync();
        Assert.Equal(addresses.Length, scan.Good);

        var goods = new int[addresses.Length];
        for (var i = 0; i < Scans; i++)
        {
            await ReadAsHostAsync(rig, scan, bad);
            await healthy.ReadAsync();
            Assert.Equal(addresses.Length, healthy.Good);
            foreach (var (tag, value) in expected.Where(e => scan.Buffer.Samples[e.Tag].Quality == Quality.Good))
            {
                Assert.Equal(value, scan[tag]);
                goods[tag]++;
            }
        }

        // In some scans the driver learns that the request is to be sent after the others. Where each bad reply costs the connection, and
        // with it the replies of the same burst, each tag still has its turn.
        var least = isKept ? Scans - 3 : 2;
        Assert.All([0, 2, 3, 4], tag => Assert.True(goods[tag] >= least, $"good scans: {string.Join(' ', goods)} of {Scans}"));
        Assert.Equal(bad.IsGood ? Scans : 0, goods[1]);
        if (isKept) Assert.Equal(1, rig.Device.Connections);
        Assert.Equal(1, other.Device.Connections);

        rig.Device.Script = (request, line) => line.Send(request.Good());
        await HealAsync(rig, scan);
        Assert.Equal(expected.Select(e => e.Value), expected.Select(e => scan[e.Tag]));
        if (isKept) Assert.Equal(1, rig.Device.Connections);
    }

    [Theory]
    [MemberData(nameof(WriteCases))]
    public async Task A_bad_reply_to_a_write_leaves_its_outcome_unknown_and_reading_goes_on(string name)
    {
        var bad = s_cases[name];
        await using var rig = await ModbusFixture.ConnectAsync();
        var scan = new ModbusScan(rig.Driver, "holding:5", "2/holding:7");
        var writer = rig.Driver.PrepareWrites([new TagDefinition("w", $"holding:{Target}")]);
        for (var i = 0; i < 3; i++)
        {
            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var arrival = new Arrival(rig, bad);
            rig.Device.Script = (request, line) =>
            {
                if (request.Function != 6)
                {
                    line.Send(request.Good());
                    return;
                }

                arrival.Begin();
                bad.Send(request, line);
                answered.TrySetResult();
            };
            using var cancel = new CancellationTokenSource();
            var writing = writer.WriteAsync(0, 7, cancel.Token).AsTask();
            await answered.Task;
            while (!writing.IsCompleted && !bad.IsReply && !arrival.HasCome) await Task.Yield();
            if (!bad.IsReply) await cancel.CancelAsync();
            var fault = await Xunit.Record.ExceptionAsync(() => writing.WaitAsync(TimeSpan.FromSeconds(30)));
            if (bad.IsGood) Assert.Null(fault);
            else Assert.True(fault is IOException or OperationCanceledException, $"{fault}");
            await scan.ReadAsync();
            Assert.Equal((5, 7, 2), (scan[0].Int, scan[1].Int, scan.Good));
        }

        Assert.Equal(1, rig.Device.Connections);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task One_byte_in_each_time_out_is_never_a_value_and_the_device_works_again_when_it_does(int pipeline)
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline);
        var scan = new ModbusScan(rig.Driver, "holding:5", "2/holding:7");
        byte[] rest = [];
        for (var i = 0; i < 40; i++)
        {
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            rig.Device.Script = (request, line) =>
            {
                if (rest.Length == 0) rest = request.Good();
                line.Send(rest[..1]);
                rest = rest[1..];
                sent.TrySetResult();
            };
            using var cancel = new CancellationTokenSource(s_timeout);
            var reading = scan.ReadAsync(cancel.Token).AsTask();
            await Task.WhenAny(sent.Task, reading);
            await cancel.CancelAsync();
            var failure = await Xunit.Record.ExceptionAsync(() => reading);
            Assert.True(failure is null or OperationCanceledException or NotConnectedException, $"{failure}");
            Assert.Equal(0, scan.Good);
            if (failure is not NotConnectedException) continue;
            rest = [];
            await rig.Driver.ConnectAsync(CancellationToken.None);
        }

        rig.Device.Script = (request, line) => line.Send(request.Good());
        await HealAsync(rig, scan);
        Assert.Equal((5, 7), (scan[0].Int, scan[1].Int));
    }

    // Reads as the host does: it cancels at the timeout, and connects and reads again at once when the connection is lost.
    private static async Task ReadAsHostAsync(ModbusFixture rig, ModbusScan scan, BadReply bad)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var arrival = new Arrival(rig, bad);
            rig.Device.Script = (request, line) =>
            {
                if (request.Start != Target)
                {
                    line.Send(request.Good());
                    return;
                }

                arrival.Begin();
                bad.Send(request, line);
                answered.TrySetResult();
            };
            using var cancel = new CancellationTokenSource(s_timeout);
            var reading = scan.ReadAsync(cancel.Token).AsTask();
            if (!bad.IsReply && await Task.WhenAny(reading, answered.Task) == answered.Task)
            {
                // The replies to the other requests of the burst are on their way.
                while (!reading.IsCompleted && (rig.Driver.Loop.Requests.Outstanding > 1 || !arrival.HasCome)) await Task.Yield();
                await cancel.CancelAsync();
            }

            var failure = await Xunit.Record.ExceptionAsync(() => reading);
            Assert.True(failure is null or OperationCanceledException or NotConnectedException, $"{failure}");
            if (failure is not NotConnectedException) return;
            await rig.Driver.ConnectAsync(CancellationToken.None);
        }
    }

    // Bytes of the bad input that are still in the connection may cost the scan that receives them.
    private static async Task HealAsync(ModbusFixture rig, ModbusScan scan)
    {
        for (var i = 0; i < 4; i++)
        {
            using var cancel = new CancellationTokenSource(s_timeout);
            var failure = await Xunit.Record.ExceptionAsync(() => scan.ReadAsync(cancel.Token).AsTask());
            if (failure is NotConnectedException) await rig.Driver.ConnectAsync(CancellationToken.None);
            if (failure is null && scan.Good == scan.Buffer.Count) return;
        }

        Assert.Fail($"not good after four scans: {string.Join("; ", Enumerable.Range(0, scan.Buffer.Count).Select(scan.Fault))}");
    }

    /// <summary>Tells when the driver has received what the device sent, although it does not end the request.</summary>
    private sealed class Arrival(ModbusFixture rig, BadReply bad)
    {
        // A connection that is closed receives nothing.
        private readonly RequestSession? _session = bad.IsFrame || bad.IsPart ? rig.Driver.Loop.Session : null;
        private (long, int) _before;

        public bool HasCome => _session is null || (_session.Received, _session.UnfinishedBytes) != _before;

        /// <summary>Called before the device sends.</summary>
        public void Begin() => _before = (_session?.Received ?? 0, _session?.UnfinishedBytes ?? 0);
    }
}
