namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A scripted CPU and a driver that is connected to it.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private Rig(int pduSize, int jobs)
    {
        Cpu = new ScriptedCpu { PduSize = pduSize, Jobs = jobs };
        Driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = Cpu.Port });
    }

    public ScriptedCpu Cpu { get; }

    public S7Driver Driver { get; }

    public static async Task<Rig> ConnectAsync(int pduSize = 240, int jobs = 1)
    {
        var rig = new Rig(pduSize, jobs);
        await rig.Driver.ConnectAsync(CancellationToken.None);
        return rig;
    }

    /// <summary>Reads until the CPU has seen some requests and the driver some answers, then the host's time is over.</summary>
    public async Task<Exception?> ReadUntilOutOfTimeAsync(Scan scan, int requests, int replies = 0)
    {
        var session = Driver.Session;
        var until = session.Received + replies;
        using var cancel = new CancellationTokenSource();
        var reading = scan.ReadAsync(cancel.Token).AsTask();
        for (var i = 0; i < requests; i++) await Cpu.ArrivedAsync();
        while (session.Received < until) await Task.Yield();
        await cancel.CancelAsync();
        return await Xunit.Record.ExceptionAsync(() => reading);
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        Cpu.Dispose();
    }
}
