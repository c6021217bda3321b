using System.Diagnostics;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Modbus.Tests.Peers;

/// <summary>A server of libmodbus in tests/peers, which a test builds with the C compiler.</summary>
internal sealed class LibmodbusProgram(string source) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Builds and starts the server, or skips the test if there is no compiler or no libmodbus.</summary>
    public async Task<PeerProcess> StartAsync(string values)
    {
        Skip.IfNot(File.Exists("/usr/bin/cc"), "no C compiler: install gcc");
        Skip.IfNot(File.Exists("/usr/include/modbus/modbus.h"), "libmodbus-dev is not installed");
        var program = Path.Combine(_folder.Path, Path.GetFileNameWithoutExtension(source));
        string[] arguments =
            ["-O1", "-o", program, Path.Combine(PeerProcess.Folder, source), "-I/usr/include/modbus", "-lmodbus", "-lpthread"];
        using var compiler = Process.Start(new ProcessStartInfo("/usr/bin/cc", arguments) { RedirectStandardError = true })!;
        var errors = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        Assert.True(compiler.ExitCode == 0, errors);
        return await PeerProcess.StartAsync(program, source, values);
    }

    public void Dispose() => _folder.Dispose();
}
