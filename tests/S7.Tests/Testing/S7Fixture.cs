namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A scripted CPU and a driver connected to it.</summary>
internal sealed class S7Fixture : IAsyncDisposable
{
    private S7Fixture(int pduSize, int jobs)
    {
        Cpu = new ScriptedCpu { PduSize = pduSize, Jobs = jobs };
        Driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = Cpu.Port });
    }

    public ScriptedCpu Cpu { get; }

    public S7Driver Driver { get; }

    public static async Task<S7Fixture> ConnectAsync(int pduSize = 240, int jobs = 1)
    {
        var rig = new S7Fixture(pduSize, jobs);
        await rig.Driver.ConnectAsync(CancellationToken.None);
        return rig;
    }

    /// <summary>
    /// Reads until the CPU has received some requests and the driver some replies, then cancels as the host does at its timeout.
    /// </summary>
    public Task<Exception?> ReadUntilOutOfTimeAsync(S7Scan scan, int requests, int replies = 0)
    {
        var session = Driver.Loop.Session;
        var until = session.Received + replies;
        return scan.ReadUntilTimeoutAsync(async () =>
        {
            for (var i = 0; i < requests; i++) await Cpu.ArrivedAsync();
            while (session.Received < until) await Task.Yield();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        Cpu.Dispose();
    }
}
