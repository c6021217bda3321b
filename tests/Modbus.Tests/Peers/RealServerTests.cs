using System.Globalization;
using System.Text;
using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Modbus.Tests.Peers;

/// <summary>Compares values with those given to an independent server, which packs them with its own code.</summary>
public abstract class RealServerTests
{
    private static readonly string[] Orders = ["ABCD", "DCBA", "BADC", "CDAB"];

    private static readonly (string Type, string[] Values)[] Numbers =
    [
        ("INT16", ["-32768", "-2", "32767"]),
        ("UINT16", ["0", "258", "65535"]),
        ("INT32", ["-2147483648", "-2", "305419896"]),
        ("UINT32", ["1", "4294967295"]),
        ("INT64", ["-9223372036854775808", "1311768467463790320"]),
        ("UINT64", ["18446744073709551615", "72623859790382856"]),
        ("FLOAT32", ["123.456", "-1E-10", "3.4028235E+38"]),
        ("FLOAT64", ["123456.789", "-1E-300", "0.1"]),
    ];

    /// <summary>Starts the server, or skips the test when it is not installed.</summary>
    protected abstract Task<PeerProcess> StartAsync(string values);

    [SkippableFact]
    public async Task Every_type_in_every_byte_order()
    {
        var served = new List<ServedValue>();
        foreach (var area in (string[])["holding", "input"])
        {
            var at = 0;
            foreach (var (type, order, value) in Numbers.SelectMany(n => Orders.SelectMany(o => n.Values.Select(v => (n.Type, o, v)))))
            {
                served.Add(new ServedValue(1, area, at, type, value, order));
                at += type.EndsWith("16", StringComparison.Ordinal) ? 1 : type.EndsWith("32", StringComparison.Ordinal) ? 2 : 4;
            }
        }

        await CheckAsync(
            served, served.ConvertAll(value => ($"{value.Area}:{value.At}:{value.Type}:{value.Order}", value.Value)), requests: 4);
    }

    [SkippableFact]
    public async Task Bits_and_bits_of_words()
    {
        var served = new List<ServedValue> { new(1, "holding", 50, "UINT16", "40961"), new(1, "input", 50, "UINT16", "40961", "BADC") };
        var expected = new List<(string, string)>();
        for (var bit = 0; bit < 16; bit++)
        {
            var isSet = (40961 >> bit & 1) != 0 ? "TRUE" : "FALSE";
            expected.Add(($"40051.{bit}", isSet));
            expected.Add(($"30051.{bit}:BADC", isSet));
        }

        for (var n = 0; n < 30; n++)
        {
            foreach (var (area, reference) in (ReadOnlySpan<(string, string)>)[("coil", "000"), ("discrete", "100")])
            {
                served.Add(new ServedValue(1, area, n, "BOOL", n * n % 7 % 2 == 1 ? "1" : "0"));
                expected.Add(($"{reference}{n + 1:D2}", n * n % 7 % 2 == 1 ? "TRUE" : "FALSE"));
            }
        }

        await CheckAsync(served, expected, requests: 4);
    }

    [SkippableFact]
    public async Task Both_address_styles_texts_and_units()
    {
        ServedValue[] served =
        [
            new(1, "holding", 0, "UINT16", "11"), new(7, "holding", 0, "UINT16", "77"), new(7, "input", 9998, "FLOAT32", "1.5", "CDAB"),
            new(1, "holding", 65535, "UINT16", "12"), new(1, "holding", 100, "BYTES", Hex("Pressé n° 5\0")),
            new(1, "holding", 110, "BYTES", Hex("Odd\0"), "BADC"),
        ];

        await CheckAsync(
            served,
            [
                ("40001", "11"), ("400001", "11"), ("holding:0", "11"), ("1/holding:0", "11"), ("7/40001", "77"),
                ("7/39999:REAL:CDAB", "1.5"), ("465536", "12"),
                ("40101:STRING[14]", "Pressé n° 5"), ("holding:110:STRING[3]:BADC", "Odd"),
            ],
            requests: 5);
    }

    [SkippableFact]
    public async Task One_bad_address_is_named_and_the_rest_stays_good()
    {
        var served = Enumerable.Range(0, 100).Where(n => n != 50).Select(n => new ServedValue(1, "holding", n, "UINT16", $"{n + 1000}"));
        await using var server = await StartAsync(JsonSerializer.Serialize(served, JsonSerializerOptions.Web));
        await using var driver = await ConnectAsync(server);
        var scan = new ModbusScan(driver, [.. Enumerable.Range(0, 100).Select(n => $"holding:{n}")]);

        for (var i = 0; i < 2; i++)
        {
            await scan.ReadAsync();
            Assert.Equal((99, "BAD_ADDRESS illegal data address"), (scan.Good, scan.Fault(50)));
        }

        Assert.All(Enumerable.Range(0, 100).Where(n => n != 50), n => Assert.Equal(n + 1000, scan[n].Int));
    }

    [SkippableFact]
    public async Task What_is_written_is_read_back()
    {
        var served = Enumerable.Range(0, 20).SelectMany(n =>
            (ServedValue[])[new(1, "holding", n, "UINT16", "0"), new(1, "coil", n, "BOOL", "0")]);
        await using var server = await StartAsync(JsonSerializer.Serialize(served, JsonSerializerOptions.Web));
        await using var driver = await ConnectAsync(server);
        var session = driver.Loop.Session;
        bool[] coils = [true, false, true, true, false, false, true, true, true, false];

        Assert.Null(await WriteAsync(session, frame => ModbusWriteRequest.WriteCoil(frame, 1, 1, true, ModbusFrame.Tcp)));
        Assert.Null(await WriteAsync(session, frame => ModbusWriteRequest.WriteRegister(frame, 1, 2, 0xBEEF, ModbusFrame.Tcp)));
        Assert.Null(await WriteAsync(session, frame => ModbusWriteRequest.WriteCoils(frame, 1, 5, coils, ModbusFrame.Tcp)));
        Assert.Null(await WriteAsync(session, frame => ModbusWriteRequest.WriteRegisters(frame, 1, 5, [1, 0x8000, 0xFFFF],
            ModbusFrame.Tcp)));
        Assert.Equal("illegal data address",
            (await WriteAsync(session, frame => ModbusWriteRequest.WriteRegister(frame, 1, 500, 1, ModbusFrame.Tcp)))?.Reason);

        var scan = new ModbusScan(driver, [.. Enumerable.Range(0, 20).SelectMany(n => (string[])[$"holding:{n}", $"coil:{n}"])]);
        await scan.ReadAsync();
        var registers = Enumerable.Range(0, 20).Select(n => scan[2 * n].Int);
        var states = string.Concat(Enumerable.Range(0, 20).Select(n => scan[(2 * n) + 1].Bool ? 1 : 0));
        Assert.Equal([0, 0, 0xBEEF, 0, 0, 1, 0x8000, 0xFFFF, .. new long[12]], registers);
        Assert.Equal("01000101100111000000", states);
    }

    [SkippableFact]
    public async Task Tags_are_written_as_the_server_reads_them_from_others()
    {
        // Each written value stands beside one that the server packed itself: their registers must be the same.
        (string Type, string Order, string Value, Value Written)[] cases =
        [
            .. Orders.SelectMany(o => Numbers.SelectMany(n => n.Values.Select(v => (n.Type, o, v, Of(n.Type, v))))),
            ("BYTES", "ABCD", Hex("Pressé\0"), "Pressé"),
        ];
        var served = cases.SelectMany((c, i) => (ServedValue[])
            [new(1, "holding", 20 * i, "BYTES", new string('0', 16)), new(1, "holding", (20 * i) + 10, c.Type, c.Value, c.Order)])
            .Append(new(1, "coil", 3, "BOOL", "0"));
        await using var server = await StartAsync(JsonSerializer.Serialize(served, JsonSerializerOptions.Web));
        await using var driver = await ConnectAsync(server, maxGap: 0);
        var writer =
            driver.PrepareWrites(
                [.. cases.Select(
                    (c, i) => new TagDefinition($"t{i}", $"holding:{20 * i}:{(c.Type == "BYTES" ? "STRING[8]" : c.Type)}:{c.Order}")),
            new TagDefinition("coil", "coil:3"), new TagDefinition("missing", "holding:65000")]);

        for (var i = 0; i < cases.Length; i++) await writer.WriteAsync(i, cases[i].Written, CancellationToken.None);
        await writer.WriteAsync(cases.Length, true, CancellationToken.None);
        var refused =
            await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(cases.Length + 1, 1, CancellationToken.None).AsTask());

        Assert.Equal("illegal data address (02); nothing was written", refused.Message);
        var scan = new ModbusScan(driver, ["coil:3", .. cases.SelectMany((c, i) => Enumerable.Range(0, Registers(c.Type)).SelectMany(r =>
            (string[])[$"holding:{(20 * i) + r}", $"holding:{(20 * i) + 10 + r}"]))]);
        await scan.ReadAsync();
        Assert.Equal((scan.Buffer.Count, true), (scan.Good, scan[0].Bool));
        for (var n = 1; n < scan.Buffer.Count; n += 2) Assert.Equal(scan[n + 1].Int, scan[n].Int);

        static int Registers(string type) => type == "BYTES" ? 4 : type.EndsWith("16", StringComparison.Ordinal)
            ? 1 : type.EndsWith("32", StringComparison.Ordinal) ? 2 : 4;

        static Value Of(string type, string text) =>
            type.StartsWith("FLOAT", StringComparison.Ordinal) ? Value.Of(double.Parse(text, CultureInfo.InvariantCulture))
            : type == "UINT64" ? Value.Of(ulong.Parse(text, CultureInfo.InvariantCulture))
            : Value.Of(long.Parse(text, CultureInfo.InvariantCulture));
    }

    private static async Task<ReplyFault?> WriteAsync(RequestSession session, Func<byte[], int> write)
    {
        var frame = new byte[Mbap.MaxBytes];
        var request = frame.AsMemory(0, write(frame));
        await session.SendAsync(request, 0, CancellationToken.None);
        return ModbusWriteRequest.CheckReply((await session.ReceiveAsync(CancellationToken.None)).Frame.Span, request.Span,
            ModbusDialect.Standard);
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static async Task<ModbusDriver> ConnectAsync(PeerProcess server, int maxGap = 16)
    {
        var driver = new ModbusDriver(new ModbusOptions { Host = "127.0.0.1", Port = server.Port, Pipeline = 8, MaxGap = maxGap },
            new CapturingPluginLog());
        await driver.ConnectAsync(CancellationToken.None);
        return driver;
    }

    private async Task CheckAsync(IEnumerable<ServedValue> served, List<(string Address, string Value)> expected, int requests)
    {
        await using var server = await StartAsync(JsonSerializer.Serialize(served, JsonSerializerOptions.Web));
        await using var driver = await ConnectAsync(server);
        var scan = new ModbusScan(driver, [.. expected.Select(tag => tag.Address)]);
        Assert.Equal(requests, scan.Plan.Blocks.Length);

        for (var i = 0; i < 2; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(expected, expected.Select((tag, n) => (tag.Address, $"{scan[n]}{Reason(scan, n)}")));
        }
    }

    private static string Reason(ModbusScan scan, int index) => scan.Buffer.Samples[index].Quality == Quality.Good ? "" : scan.Fault(index);
}
