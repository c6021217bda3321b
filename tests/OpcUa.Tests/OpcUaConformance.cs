using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;

namespace PlantRuntime.OpcUa.Tests;

/// <summary>The conformance suite of all drivers, against the scripted server.</summary>
public abstract class OpcUaConformance(ReadingMode mode) : DriverConformance, IDisposable
{
    private readonly ScriptedServer _silent = new() { IsSilent = true };
    private readonly ScriptedServer _server = Start();

    protected override IDriverPlugin Plugin => new OpcUaPlugin();

    protected override object Options => OptionsOf(_server.Port);

    protected override object DeadOptions => OptionsOf(1);

    protected override object SilentOptions => OptionsOf(_silent.Port);

    protected override IReadOnlyList<HeldValue> Held =>
    [
        new("ns=1;s=bool", null, true), new("ns=1;s=int", null, -7), new("ns=1;i=5", "Double", 2.5),
            new("nsu=urn:scripted;s=ulong", null, ulong.MaxValue),
        new("ns=1;s=float", null, 0.1f), new("ns=1;s=text", null, "Größe"), new("ns=1;s=array", null, Value.Of([1, 2])),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong =>
        [new("ns=1;x=5", 6), new("ns=x;i=5", 4), new("i=abc", 3), new("/Objects//x", 10), new("ns=1;s=a : [x]", 12),
            new("ns=1;i=5", 0, "Duble"), new("", 1)];

    // The device is inside the test's process.
    protected override int AllocatedBytesPerScan => 64 << 10;

    protected override Task ConnectionsBecomeAsync(int count) => _server.ConnectionsBecomeAsync(count);

    public void Dispose()
    {
        _server.Dispose();
        _silent.Dispose();
        GC.SuppressFinalize(this);
    }

    private OpcUaOptions OptionsOf(int port) => new() { Host = "127.0.0.1", Port = port, Security = "None", Mode = mode };

    private static ScriptedServer Start()
    {
        var server = new ScriptedServer { PublishesAlways = true };
        server.Values["ns=1;s=bool"] = [1, 1];
        server.Values["ns=1;s=int"] = new PeerWriter().U8(6).I32(-7).Bytes;
        server.Values["ns=1;i=5"] = new PeerWriter().U8(11).F64(2.5).Bytes;
        server.Values["ns=1;s=ulong"] = new PeerWriter().U8(9).I64(-1).Bytes;
        server.Values["ns=1;s=float"] = new PeerWriter().U8(10).Raw(BitConverter.GetBytes(0.1f)).Bytes;
        server.Values["ns=1;s=text"] = new PeerWriter().U8(12).Text("Größe").Bytes;
        server.Values["ns=1;s=array"] = new PeerWriter().U8(0x84).I32(2).U16(1).U16(2).Bytes;
        return server;
    }
}

/// <summary>Values are read at every scan.</summary>
public sealed class PollingConformance() : OpcUaConformance(ReadingMode.Poll);

/// <summary>Values are sent by the server, which sends all of them with every notification.</summary>
public sealed class SubscribingConformance() : OpcUaConformance(ReadingMode.Subscribe);
