using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests;

/// <summary>Runs the conformance tests.</summary>
public sealed class S7Conformance : DriverConformance, IDisposable
{
    private readonly MemoryCpu _cpu = new(Convert.FromHexString(
        "8005" + "C2F6E979" + "FFFE" + "0807" + "4865790000" + "00" + "21120214"));

    private readonly MemoryCpu _silent = new([], isSilent: true);

    protected override IDriverPlugin Plugin => new S7Plugin();

    protected override object Options => new S7Options { Host = "127.0.0.1", Port = _cpu.Port };

    protected override object DeadOptions => new S7Options { Host = "127.0.0.1", Port = 1 };

    protected override object SilentOptions => new S7Options { Host = "127.0.0.1", Port = _silent.Port };

    protected override IReadOnlyList<HeldValue> Held =>
    [
        new("DB500.DBX0.7", null, true), new("M1.1", null, false), new("%IW0", null, 0x8005), new("DB1.DBD2:REAL", null, -123.456f),
        new("DB1.DBW6", "INT", -2), new("MD2:UDINT", null, 0xC2F6E979L),
        new("DB7.DBB0:LREAL", null, BitConverter.UInt64BitsToDouble(0x8005C2F6E979FFFE)),
        new("DB7.DBB0:ULINT", null, 0x8005C2F6E979FFFE), new("EB10", null, 72), new("QB10:CHAR", null, "H"),
        new("T8", null, 112_000), new("C9", null, 214),
        new("DB1.DBB6:SINT[2]", null, Value.Of([-1, -2])), new("DB1.DBD2", "REAL[1]", Value.Of([Value.Of(-123.456f)])),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong =>
        [new("DB1.DBW0:REAL", 10), new("DBX0.1", 1), new("DB1.DBX0", 9), new("MW0", 0, "FLAOT"), new("K5", 1)];

    protected override Task ConnectionsBecomeAsync(int count) => _cpu.ConnectionsBecomeAsync(count);

    public void Dispose()
    {
        _cpu.Dispose();
        _silent.Dispose();
    }
}
