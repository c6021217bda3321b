using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Modbus.Tests.Peers;

[Trait("Needs", "Server")]
public class ModbusSerialTests : RealServerTests
{
    protected override async Task<PeerProcess> StartAsync(string values)
    {
        Skip.IfNot(Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "modbus-serial")), "run npm ci in tests/peers");
        return await PeerProcess.StartAsync("node", "modbus_serial_server.js", values);
    }
}
