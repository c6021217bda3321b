using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>Answers that no good CPU gives: none of them may become a value.</summary>
public class AnswerTests
{
    private const string Lengths = "BAD_COMM answer whose lengths do not fit its bytes";

    [Theory]
    [InlineData("too few items", "BAD_COMM answer with another item count than was asked")]
    [InlineData("count only", "BAD_COMM answer with another item count than was asked")]
    [InlineData("half of it", Lengths)]
    [InlineData("no padding", Lengths)]
    [InlineData("padding at the end", Lengths)]
    [InlineData("length of an item too great", Lengths)]
    [InlineData("length of the data wrong", Lengths)]
    [InlineData("another function", "BAD_COMM answer to another function than was asked")]
    [InlineData("no data", "BAD_COMM answer to another function than was asked")]
    public async Task An_answer_that_is_none_is_not_believed(string what, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.Script = (request, line) => line.Send(Wrong(request, what));
        var scan = new S7Scan(rig.Driver, "DB1.DBW0", "DB2.DBB0", "DB3.DBB0");

        await scan.ReadAsync();

        Assert.All(Enumerable.Range(0, 3), n => Assert.Equal(expected, scan.Fault(n)));
        rig.Cpu.Script = (request, line) => line.Send(request.Good());
        await scan.ReadAsync();
        Assert.Equal((3, 1), (scan.Good, rig.Cpu.Connections));
    }

    [Theory]
    [InlineData(0xFF, 4, 24, 3, "BAD_COMM item with another length than was asked")]
    [InlineData(0xFF, 4, 8, 1, "BAD_COMM item with another length than was asked")]
    [InlineData(0xFF, 8, 2, 2, "BAD_COMM item with an unknown transport size")]
    [InlineData(0x01, 0, 0, 0, "BAD_DEVICE hardware error (01)")]
    [InlineData(0x03, 0, 0, 0, "BAD_ADDRESS access denied (03)")]
    [InlineData(0x05, 0, 4, 0, "BAD_ADDRESS address out of range (05)")]
    [InlineData(0x06, 0, 0, 0, "BAD_ADDRESS data type not supported (06)")]
    [InlineData(0x07, 0, 0, 0, "BAD_ADDRESS data type inconsistent (07)")]
    [InlineData(0x0A, 0, 0, 0, "BAD_ADDRESS object does not exist (0A)")]
    [InlineData(0x63, 0, 0, 0, "BAD_DEVICE unknown return code (63)")]
    public async Task An_item_that_is_bad_is_bad_alone(byte code, byte transportSize, byte length, int bytes, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        byte[] wrong = [code, transportSize, 0, length, .. new byte[bytes]];
        rig.Cpu.Script = (request, line) =>
            line.Send(request.Answer([.. request.Items.Select(item => item.Block == 2 ? wrong : item.Good())]));
        var scan = new S7Scan(rig.Driver, "DB1.DBB4", "DB2.DBW0", "DB3.DBB5");

        for (var i = 0; i < 3; i++) await scan.ReadAsync();

        Assert.Equal((CpuItem.Held(1, 4), CpuItem.Held(3, 5), 2), ((byte)scan[0].Int, (byte)scan[2].Int, scan.Good));
        Assert.StartsWith(expected, scan.Fault(1), StringComparison.Ordinal);
        Assert.Equal(1, rig.Cpu.Connections);
    }

    [Theory]
    [InlineData(0x81, 0x04, "BAD_DEVICE function not available: in TIA Portal")]
    [InlineData(0x82, 0x01, "BAD_DEVICE object definition error (8201)")]
    [InlineData(0x83, 0x04, "BAD_DEVICE no resources available (8304)")]
    [InlineData(0x84, 0x00, "BAD_DEVICE error on service processing (8400)")]
    [InlineData(0x85, 0x00, "BAD_DEVICE wrong PDU size (8500)")]
    [InlineData(0x87, 0x02, "BAD_DEVICE access error: in TIA Portal")]
    [InlineData(0xD2, 0x41, "BAD_DEVICE protection level error")]
    [InlineData(0x77, 0x00, "BAD_DEVICE unknown error class 77 (7700)")]
    public async Task An_error_of_the_whole_job_is_named(byte errorClass, byte code, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.Script = (request, line) => line.Send(request.Error(errorClass, code));
        var scan = new S7Scan(rig.Driver, "DB1.DBW0");
        await scan.ReadAsync();
        Assert.StartsWith(expected, scan.Fault(0), StringComparison.Ordinal);
        Assert.Equal(1, rig.Cpu.Connections);
    }

    [Fact]
    public async Task Slices_of_one_byte_and_glued_packets_give_the_same_values()
    {
        await using var rig = await S7Fixture.ConnectAsync(jobs: 4);
        var scan = new S7Scan(rig.Driver, [.. Enumerable.Range(1, 60).Select(n => $"DB{n}.DBB9")]);
        Assert.Equal(4, scan.Plan.Steady.Jobs.Length);
        rig.Cpu.Script = (request, line) => line.SendInSlices(request.Good());
        await scan.ReadAsync();
        Assert.All(Enumerable.Range(1, 60), n => Assert.Equal(CpuItem.Held(n, 9), scan[n - 1].Int));

        var held = new List<byte[]>();
        rig.Cpu.Script = (request, line) =>
        {
            held.Insert(0, request.Good());
            if (held.Count == 4) line.Send([.. held]);
        };
        await scan.ReadAsync();
        Assert.Equal(60, scan.Good);
        Assert.All(Enumerable.Range(1, 60), n => Assert.Equal(CpuItem.Held(n, 9), scan[n - 1].Int));
    }

    [Fact]
    public async Task No_more_jobs_are_under_way_than_the_cpu_grants()
    {
        await using var rig = await S7Fixture.ConnectAsync(jobs: 3);
        var scan = new S7Scan(rig.Driver, [.. Enumerable.Range(1, 200).Select(n => $"DB{n}.DBB0")]);
        var (held, most, answered) = (new Queue<CpuRequest>(), 0, 0);
        rig.Cpu.Script = (request, line) =>
        {
            held.Enqueue(request);
            most = Math.Max(most, held.Count);
            // Answers only when the driver has sent all that it may: one fewer would leave it waiting for ever.
            for (; held.Count > 0 && held.Count >= Math.Min(3, 11 - answered); answered++) line.Send(held.Dequeue().Good());
        };

        await scan.ReadAsync();

        Assert.Equal((200, 3, 11), (scan.Good, most, scan.Plan.Steady.Jobs.Length));
    }

    [Fact]
    public async Task Late_duplicate_and_foreign_answers_never_become_values()
    {
        const int Seed = 7;
        const int Scans = 300;
        var random = new Random(Seed);
        await using var rig = await S7Fixture.ConnectAsync();
        byte[]? late = null;
        var (lates, duplicates, foreigns) = (0, 0, 0);
        // The word changes with every request, so a reply used for another request is detected.
        ushort now = 0;
        rig.Cpu.Script = (request, line) =>
        {
            var answer = request.Answer([0xFF, 4, 0, 16, (byte)(now >> 8), (byte)now]);
            if (late is not null) line.Send(late);
            late = null;
            switch (random.Next(20))
            {
                case < 4:
                    late = answer;
                    lates++;
                    return;
                case 4:
                    line.Send(answer, answer);
                    duplicates++;
                    return;
                case 5:
                    byte[] foreign = [.. answer];
                    foreign[11] ^= 0x40;
                    foreign[^1]++;
                    line.Send(foreign, answer);
                    foreigns++;
                    return;
                default:
                    line.Send(answer);
                    return;
            }
        };
        var scan = new S7Scan(rig.Driver, "DB1.DBW0");
        for (now = 1; now <= Scans; now++)
        {
            using var cancel = new CancellationTokenSource();
            var reading = scan.ReadAsync(cancel.Token).AsTask();
            await rig.Cpu.ArrivedAsync();
            if (late is not null) await cancel.CancelAsync();
            var e = await Xunit.Record.ExceptionAsync(() => reading);
            if (e is PlantRuntime.Contracts.NotConnectedException) await rig.Driver.ConnectAsync(CancellationToken.None);
            Assert.True(e is null == late is null,
                $"seed {Seed}, scan {now}: the answer was {(late is null ? "sent" : "held back")}, but {e}");
            Assert.True(e is not null || scan[0].Int == now, $"seed {Seed}, scan {now}: read {scan[0]}");
        }

        Assert.True(lates > 30 && duplicates > 5 && foreigns > 5, $"{lates} late, {duplicates} duplicate, {foreigns} foreign");
        Assert.Equal(foreigns, rig.Driver.Loop.Requests.ForeignCount);
        Assert.InRange(rig.Driver.Loop.Requests.DuplicateCount, duplicates - 1, duplicates);
        Assert.True(rig.Driver.Loop.Requests.LateCount > 0);
    }

    private static byte[] Wrong(CpuRequest request, string what)
    {
        var items = request.Items.Select(item => item.Good()).ToArray();
        var good = request.Answer(items);
        switch (what)
        {
            case "too few items": return request.Answer(items[..2]);
            case "count only": good[20]--; return good;
            case "half of it": return request.Packet([4, 3], good[21..(21 + ((good.Length - 21) / 2))]);
            case "no padding": return request.Packet([4, 3], [.. items.SelectMany(item => item)]);
            case "padding at the end": return request.Packet([4, 3], [.. good[21..], 0]);
            case "length of an item too great": good[23] = 1; return good;
            case "length of the data wrong": good[16]--; return good;
            case "another function": good[19] = 5; return good;
            default: good[8] = 2; return good;
        }
    }
}
