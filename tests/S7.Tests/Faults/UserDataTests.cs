using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>CPUs that answer questions about themselves in ways that snap7's server does not.</summary>
public class UserDataTests
{
    private static readonly DeviceProperty[] Line = [new("pdu", "240"), new("jobs", "1")];

    [Theory]
    [InlineData("function not available", 0x8104, 0x0A)]
    [InlineData("no such list", 0xD402, 0x0A)]
    [InlineData("only a return code", 0, 0x0A)]
    public async Task A_cpu_without_system_status_lists_has_fewer_facts(string what, ushort error, byte code)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.UserDataScript = (question, line) => line.Send(question.Answer("", error: error, code: code));
        Assert.True(Line.SequenceEqual(await rig.Driver.DescribeAsync(CancellationToken.None)), what);
    }

    [Fact]
    public async Task A_cpu_that_does_not_even_say_no_is_asked_once_a_connection()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var asked = 0;
        using var cancel = new CancellationTokenSource();
        rig.Cpu.UserDataScript = (_, _) =>
        {
            asked++;
            cancel.Cancel();
        };
        Assert.Equal(Line, await rig.Driver.DescribeAsync(cancel.Token));
        Assert.Equal(Line, await rig.Driver.DescribeAsync(CancellationToken.None));
        Assert.Equal((1, 1), (asked, rig.Cpu.Connections));
    }

    [Theory]
    [InlineData("08", "RUN", false)]
    [InlineData("38", "RUN", false)]
    [InlineData("84", "STOP", true)]
    [InlineData("03", "STOP", true)]
    [InlineData("06", "STARTUP", false)]
    [InlineData("0A", "HOLD", true)]
    [InlineData("0D", "DEFECT", true)]
    [InlineData("0F", "mode F", true)]
    public async Task The_mode_is_in_the_lower_half(string mode, string expected, bool isWrong)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        // One record of 20 bytes of list 0424.
        rig.Cpu.UserDataScript = (question, line) => line.Send(question.Bytes is [0x04, 0x24, ..]
            ? question.Answer($"0424 0000 0014 0001 5144 FF {mode} 00000000 00000000 00000000 00000000")
            : question.Answer("", error: 0xD402, code: 0x0A));
        Assert.Equal([new DeviceProperty("state", expected, isWrong), .. Line], await rig.Driver.DescribeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_list_in_several_pdus_is_put_together()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var isBegun = false;
        rig.Cpu.UserDataScript = (question, line) =>
        {
            if (!question.Bytes.StartsWith((byte[])[0x00, 0x1C]) && question.Sequence != 0x42)
            {
                line.Send(question.Answer("", error: 0xD402, code: 0x0A));
                return;
            }

            // Two records of 34 bytes; the first PDU ends within the second.
            line.Send(isBegun
                ? question.Answer(string.Concat(Enumerable.Repeat("41", 24)) + "0000")
                : question.Answer("001C 0000 0022 0002 0001 4C31" + string.Concat(Enumerable.Repeat("00", 30)) + "0005 2041 4141 4141",
                    isLast: false));
            isBegun = true;
        };
        Assert.Equal([new("name", "L1"), new("serial_number", new string('A', 29)), .. Line],
            await rig.Driver.DescribeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_cpu_that_lists_no_blocks_refuses()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => BrowseAsync(rig.Driver));
        Assert.Equal("the CPU does not list its blocks: function not available (8104)", refused.Message);
    }

    [Fact]
    public async Task Blocks_of_all_kinds_are_listed_and_sizes_only_where_they_are_told()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.UserDataScript = (question, line) => line.Send((question.Function, (char)question.Bytes.ElementAtOrDefault(1)) switch
        {
            (2, 'A') => question.Answer("0005 22 05  FFFF 22 05"),
            (2, 'D') => question.Answer("0014 22 00"),
            (3, 'A') when question.Bytes[2..].SequenceEqual("00005A"u8.ToArray()) => question.Answer(
                "01 00 4A00 0022 7070 01 01 05 0A 0005 0000006A 00000000 " + // number, bytes in the load memory
                "00000000 0000 00000000 0000 0014 0000 0000 000E " + // dates, interface, local data, bytes of data
                $"{Hex("SIMATIC ")}{Hex("PLANT   ")}{Hex("PRESS\0\0\0")} 21 00 0000 00000000 00000000"),
            (3, 'A') => question.Answer("", error: 0xD209, code: 0x0A),
            _ => question.Answer("", error: 0xD20E, code: 0x0A),
        });

        Assert.Equal(
            [new("DB5", "data block", 14, "name PRESS, author SIMATIC, version 2.1"), new("DB65535", "data block", null, ""),
                new BrowseEntry("SFC20", "system function", null, "")],
            await rig.Driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync());
    }

    [Theory]
    [InlineData("breaks off", "the list of DBs breaks off: hardware error (01)")]
    [InlineData("never ends", "the list of DBs breaks off: answer whose lengths do not fit its bytes")]
    [InlineData("other function", "the CPU does not list its blocks: answer to another function than was asked")]
    public async Task A_list_that_is_none_is_not_shown(string what, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.UserDataScript = (question, line) => line.Send(what switch
        {
            "breaks off" when question.Sequence == 0 => question.Answer("0005 22 05", isLast: false),
            "breaks off" => question.Answer("", code: 1),
            "never ends" => question.Answer(question.Sequence == 0 ? "0005 22 05" : "", isLast: false),
            _ => (question with { Function = 9 }).Answer("0005 22 05"),
        });
        var refused = await Assert.ThrowsAsync<RefusedException>(() => BrowseAsync(rig.Driver));
        Assert.Equal(expected, refused.Message);
    }

    private static string Hex(string text) => Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(text));

    private static Task<List<BrowseEntry>> BrowseAsync(S7Driver driver) =>
        driver.BrowseAsync(new BrowseScope(), CancellationToken.None).ToListAsync().AsTask();
}
