namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>A scripted device and a driver that is connected to it.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private Rig(ScriptedDevice device, int pipeline, int maxGap)
    {
        Device = device;
        Driver = new ModbusDriver(
            new ModbusOptions { Host = "127.0.0.1", Port = device.Port, Pipeline = pipeline, MaxGap = maxGap }, Log);
    }

    public ScriptedDevice Device { get; }

    public ModbusDriver Driver { get; }

    public RecordingLog Log { get; } = new();

    public static async Task<Rig> ConnectAsync(int pipeline = 4, int maxGap = 16)
    {
        var rig = new Rig(new ScriptedDevice(), pipeline, maxGap);
        await rig.Driver.ConnectAsync(CancellationToken.None);
        return rig;
    }

    /// <summary>Reads until the device has seen some requests and the driver some replies, then the host's time is over.</summary>
    public async Task<Exception?> ReadUntilOutOfTimeAsync(Scan scan, int requests, int replies = 0)
    {
        var session = Driver.Session;
        var until = session.Received + replies;
        using var cancel = new CancellationTokenSource();
        var reading = scan.ReadAsync(cancel.Token).AsTask();
        for (var i = 0; i < requests; i++) await Device.ArrivedAsync();
        while (session.Received < until) await Task.Yield();
        await cancel.CancelAsync();
        return await Xunit.Record.ExceptionAsync(() => reading);
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        Device.Dispose();
    }
}
