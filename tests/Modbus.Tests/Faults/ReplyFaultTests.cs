using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests.Faults;

/// <summary>Replies that no good device sends: none of them may become a value.</summary>
public class ReplyFaultTests
{
    [Theory]
    [InlineData(0x01, "BAD_ADDRESS illegal function")]
    [InlineData(0x02, "BAD_ADDRESS illegal data address")]
    [InlineData(0x03, "BAD_ADDRESS illegal data value")]
    [InlineData(0x04, "BAD_DEVICE server device failure")]
    [InlineData(0x05, "BAD_DEVICE acknowledge")]
    [InlineData(0x06, "BAD_DEVICE server device busy")]
    [InlineData(0x07, "BAD_DEVICE negative acknowledge")]
    [InlineData(0x08, "BAD_DEVICE memory parity error")]
    [InlineData(0x0A, "BAD_DEVICE gateway path unavailable")]
    [InlineData(0x0B, "BAD_DEVICE gateway target device failed to respond")]
    [InlineData(0x63, "BAD_DEVICE unknown exception 99")]
    public async Task Each_exception_is_the_reason_of_its_tags_alone(byte code, string expected)
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (request, line) => line.Send(request.Unit == 2 ? request.Refusal(code) : request.Good());
        var scan = new ModbusScan(rig.Driver, "holding:5", "2/holding:5", "coil:3");

        for (var i = 0; i < 3; i++) await scan.ReadAsync();

        Assert.Equal((5, true, Quality.Good), (scan[0].Int, scan[2].Bool, scan.Buffer.Samples[2].Quality));
        Assert.Equal(expected, scan.Fault(1));
        Assert.Equal(1, rig.Device.Connections);
    }

    [Theory]
    [InlineData("other protocol", 2, "reply of another protocol than Modbus")]
    [InlineData("other unit", 6, "asked unit 1, unit 2 answered (check_unit = false accepts that)")]
    [InlineData("other function", 7, "reply to another function than was asked")]
    [InlineData("other byte count", 8, "reply with another byte count than was asked")]
    public async Task A_reply_that_is_not_to_the_question_is_not_believed(string what, int at, string reason)
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (request, line) =>
        {
            var reply = request.Good();
            if (request.Start == 100) reply[at]++;
            line.Send(reply);
        };
        var scan = new ModbusScan(rig.Driver, "holding:5", "holding:100");

        await scan.ReadAsync();

        Assert.True(scan.Fault(1) == $"BAD_COMM {reason}", $"{what}: {scan.Fault(1)}");
        Assert.Equal(5, scan[0].Int);
        rig.Device.Script = (request, line) => line.Send(request.Good());
        await scan.ReadAsync();
        Assert.Equal(2, scan.Good);
    }

    [Theory]
    [InlineData("03 04 00 05")]
    [InlineData("83")]
    [InlineData("83 00")]
    [InlineData("03")]
    public async Task A_reply_of_another_length_is_not_believed(string pdu)
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var bytes = Convert.FromHexString(pdu.Replace(" ", "", StringComparison.Ordinal));
        rig.Device.Script = (request, line) => line.Send(request.Frame(bytes));
        var scan = new ModbusScan(rig.Driver, "holding:5");

        await scan.ReadAsync();

        Assert.Equal("BAD_COMM reply with another byte count than was asked", scan.Fault(0));
    }

    [Fact]
    public async Task Slices_of_one_byte_and_glued_frames_give_the_same_values()
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 4);
        var scan = new ModbusScan(rig.Driver, "holding:1", "holding:200", "input:300", "coil:9");
        rig.Device.Script = (request, line) => line.SendInSlices(request.Good());
        await scan.ReadAsync();
        Assert.Equal((1, 200, 300, true, 4), (scan[0].Int, scan[1].Int, scan[2].Int, scan[3].Bool, scan.Good));

        var held = new List<byte[]>();
        rig.Device.Script = (request, line) =>
        {
            held.Insert(0, request.Good());
            if (held.Count == 4) line.Send([.. held]);
        };
        await scan.ReadAsync();
        Assert.Equal((1, 200, 300, true, 4), (scan[0].Int, scan[1].Int, scan[2].Int, scan[3].Bool, scan.Good));
    }

    [Fact]
    public async Task Late_duplicate_and_foreign_replies_never_become_values()
    {
        const int Seed = 7;
        const int Scans = 300;
        var random = new Random(Seed);
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 1);
        byte[]? late = null;
        var (lates, duplicates, foreigns) = (0, 0, 0);
        // The registers change with every request, so a reply used for another request is detected.
        ushort now = 0;
        rig.Device.Script = (request, line) =>
        {
            var reply = request.Frame([3, 2, (byte)(now >> 8), (byte)now]);
            if (late is not null) line.Send(late);
            late = null;
            switch (random.Next(20))
            {
                case < 4:
                    late = reply;
                    lates++;
                    return;
                case 4:
                    line.Send(reply, reply);
                    duplicates++;
                    return;
                case 5:
                    byte[] foreign = [(byte)(reply[0] ^ 0x40), .. reply[1..]];
                    foreign[^1]++;
                    line.Send(foreign, reply);
                    foreigns++;
                    return;
                default:
                    line.Send(reply);
                    return;
            }
        };
        var scan = new ModbusScan(rig.Driver, "holding:0");
        for (now = 1; now <= Scans; now++)
        {
            using var cancel = new CancellationTokenSource();
            var reading = scan.ReadAsync(cancel.Token).AsTask();
            await rig.Device.ArrivedAsync();
            if (late is not null) await cancel.CancelAsync();
            var e = await Xunit.Record.ExceptionAsync(() => reading);
            if (e is NotConnectedException) await rig.Driver.ConnectAsync(CancellationToken.None);
            var answer = late is null ? "sent" : "held back";
            Assert.True(e is null == late is null, $"seed {Seed}, scan {now}: the answer was {answer}, but {e}");
            Assert.True(e is not null || scan[0].Int == now, $"seed {Seed}, scan {now}: read {scan[0]}");
        }

        Assert.True(lates > 30 && duplicates > 5 && foreigns > 5, $"{lates} late, {duplicates} duplicate, {foreigns} foreign");
        Assert.Equal(foreigns, rig.Driver.Loop.Requests.ForeignCount);
        Assert.InRange(rig.Driver.Loop.Requests.DuplicateCount, duplicates - 1, duplicates);
        Assert.True(rig.Driver.Loop.Requests.LateCount > 0);
    }
}
