using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>The two meters of sites/energy, served by pymodbus: one over TCP, one on a serial line.</summary>
internal static class EnergyMeters
{
    private const string Python = "/usr/bin/python3";

    /// <summary>
    /// Starts the meter over TCP. Its current is above the range of the site, and its input registers hold other values: the old list names
    /// them 30001 and reads holding registers.
    /// </summary>
    public static Task<PeerProcess> StartMeterAsync()
    {
        object[] values =
        [
            Value(1, "holding", 0, "FLOAT32", "230.1"), Value(1, "holding", 2, "FLOAT32", "229.8"),
            Value(1, "holding", 4, "FLOAT32", "231"),
            Value(1, "holding", 6, "FLOAT32", "150"), Value(1, "input", 0, "FLOAT32", "1"), Value(1, "input", 2, "FLOAT32", "2"),
        ];
        return StartAsync("pymodbus_server.py", JsonSerializer.Serialize(values));
    }

    /// <summary>Starts the analyzer on a serial port, as unit 2. Skips the test until its server is there.</summary>
    public static Task<PeerProcess> StartAnalyzerAsync(string port)
    {
        object[] values =
        [
            Value(2, "holding", 0, "INT16", "-1200"), Value(2, "holding", 2, "INT16", "300"), Value(2, "holding", 4, "FLOAT32", "0.97"),
        ];
        return StartAsync("pymodbus_serial_server.py", JsonSerializer.Serialize(new { port, ascii = false, values }));
    }

    private static Task<PeerProcess> StartAsync(string script, string firstLine)
    {
        Skip.IfNot(Directory.Exists("/usr/lib/python3/dist-packages/pymodbus"), "python3-pymodbus is not installed");
        return PeerProcess.StartAsync(Python, script, firstLine);
    }

    private static object Value(int unit, string area, int at, string type, string value) =>
        new { unit, area, at, type, order = "ABCD", value };
}
