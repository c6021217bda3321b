using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Modbus.Tests.Peers;

/// <summary>
/// Reads from and writes to a server of libmodbus, tests/peers/libmodbus_server.c, which the tests build with the C compiler.
/// </summary>
[Trait("Needs", "Server")]
public sealed class LibmodbusTests : IDisposable
{
    private readonly LibmodbusProgram _program = new("libmodbus_server.c");

    public void Dispose() => _program.Dispose();

    [SkippableFact]
    public async Task All_areas_are_read_and_written_with_all_functions()
    {
        await using var server = await _program.StartAsync(
            "holding 10 258\nholding 11 772\nholding 65535 7\ninput 20 65534\ncoil 3 1\ndiscrete 4 1\n"
            + "holding 500 4660\nholding 501 22136\n");
        foreach (var single in (bool[])[true, false])
        {
            await using var driver = await ConnectAsync(server, new ModbusOptions { Host = "127.0.0.1", Port = server.Port,
                SingleWrites = single });
            var scan = new ModbusScan(driver,
                "holding:10", "holding:10:UINT32", "holding:0xFFFF", "input:20:INT16", "coil:3", "discrete:4", "holding:500:BCD32",
                    "holding:10.high");
            for (var i = 0; i < 2; i++)
            {
                await scan.ReadAsync();
                Assert.Equal(
                    ["258", "16909060", "7", "-2", "TRUE", "TRUE", "12345678", "1"], Enumerable.Range(0, 8).Select(n =>
                        scan[n].ToString()));
            }

            (string Address, Value Value, string Expected)[] writes =
            [
                ("holding:100", 7, "7"), ("coil:9", true, "TRUE"), ("coil:9", false, "FALSE"), ("holding:101:DINT:CDAB", -5, "-5"),
                ("holding:103:REAL", 21.5, "21.5"), ("holding:105:BCD32", 12345678, "12345678"), ("holding:107:UINT48", 12345678,
                    "12345678"),
                ("holding:110.4", true, "TRUE"), ("holding:110.high", 200, "200"), ("holding:110.4", false, "FALSE"), ("holding:110.low",
                    9, "9"),
                ("holding:111:STRING[6]", "abc", "abc"),
            ];
            foreach (var (address, value, expected) in writes)
            {
                TagDefinition[] tag = [new("w", address)];
                await driver.PrepareWrites(tag).WriteAsync(0, value, CancellationToken.None);
                var back = new ModbusScan(driver, tag);
                await back.ReadAsync();
                Assert.Equal((address, expected), (address, back[0].ToString()));
            }

            var whole = new ModbusScan(driver, "holding:110");
            await whole.ReadAsync();
            Assert.Equal((200 << 8) + 9, whole[0].Int);
        }
    }

    [SkippableFact]
    public async Task A_thousand_registers_in_small_requests_keep_their_places()
    {
        await using var server = await _program.StartAsync(
            string.Concat(Enumerable.Range(0, 1000).Select(n => $"holding {n} {(n * 7) % 65536}\n")));
        await using var driver = await ConnectAsync(
            server, new ModbusOptions { Host = "127.0.0.1", Port = server.Port, MaxRegisters = 16, Pipeline = 8 });
        var scan = new ModbusScan(driver, [.. Enumerable.Range(0, 1000).Select(n => $"holding:{n}")]);
        await scan.ReadAsync();
        Assert.All(Enumerable.Range(0, 1000), n => Assert.Equal((n * 7) % 65536, scan[n].Int));
    }

    private static async Task<ModbusDriver> ConnectAsync(PeerProcess server, ModbusOptions options)
    {
        Assert.Equal(server.Port, options.Port);
        var driver = new ModbusDriver(options, new CapturingPluginLog());
        await driver.ConnectAsync(CancellationToken.None);
        return driver;
    }
}
