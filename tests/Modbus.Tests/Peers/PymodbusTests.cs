using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Modbus.Tests.Peers;

[Trait("Needs", "Server")]
public class PymodbusTests : RealServerTests
{
    // Debian's own interpreter: another one on the path does not see Debian's packages.
    private const string Python = "/usr/bin/python3";

    protected override async Task<PeerProcess> StartAsync(string values)
    {
        Skip.IfNot(Directory.Exists("/usr/lib/python3/dist-packages/pymodbus"), "python3-pymodbus is not installed");
        return await PeerProcess.StartAsync(Python, "pymodbus_server.py", values);
    }
}
