using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>A scripted device and a driver connected to it.</summary>
internal sealed class ModbusFixture : IAsyncDisposable
{
    private ModbusFixture(ScriptedDevice device, ModbusOptions options)
    {
        Device = device;
        Driver = new ModbusDriver(options, Log);
    }

    public ScriptedDevice Device { get; }

    public ModbusDriver Driver { get; }

    public CapturingPluginLog Log { get; } = new();

    /// <summary>The requests that the device of <see cref="ReadUntilStuckAsync"/> refuses.</summary>
    public Func<DeviceRequest, bool> Refuses { get; set; } = _ => false;

    public static Task<ModbusFixture> ConnectAsync(int pipeline = 4, int maxGap = 16) =>
        ConnectAsync(port => new ModbusOptions { Host = "127.0.0.1", Port = port, Pipeline = pipeline, MaxGap = maxGap });

    /// <summary>Connects with options that depend on the port of the device.</summary>
    public static async Task<ModbusFixture> ConnectAsync(Func<int, ModbusOptions> options)
    {
        var device = new ScriptedDevice();
        var rig = new ModbusFixture(device, options(device.Port));
        await rig.Driver.ConnectAsync(CancellationToken.None);
        return rig;
    }

    /// <summary>Writes one value with a writer of its own. Returns the exception, if any.</summary>
    public Task<Exception?> WriteAsync(string address, Value value)
    {
        var writer = Driver.PrepareWrites([new TagDefinition("w", address)]);
        return Xunit.Record.ExceptionAsync(() => writer.WriteAsync(0, value, CancellationToken.None).AsTask())!;
    }

    /// <summary>
    /// Reads until the device has received some requests and the driver some replies, then cancels as the host does at its timeout.
    /// </summary>
    public Task<Exception?> ReadUntilOutOfTimeAsync(ModbusScan scan, int requests, int replies = 0)
    {
        var session = Driver.Loop.Session;
        var until = session.Received + replies;
        return scan.ReadUntilTimeoutAsync(async () =>
        {
            for (var i = 0; i < requests; i++) await Device.ArrivedAsync();
            while (session.Received < until) await Task.Yield();
        });
    }

    /// <summary>
    /// Reads from a device that answers all requests but those of a kind. Cancels, as the host does at its timeout, when only such a
    /// request is unanswered, and connects again if the connection was lost.
    /// </summary>
    public async Task ReadUntilStuckAsync(ModbusScan scan, Func<DeviceRequest, bool> isIgnored)
    {
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Device.Script = (request, line) =>
        {
            if (Refuses(request)) line.Send(request.Refusal(2));
            else if (isIgnored(request)) stuck.TrySetResult();
            else line.Send(request.Good());
        };
        using var cancel = new CancellationTokenSource();
        var reading = scan.ReadAsync(cancel.Token).AsTask();
        if (await Task.WhenAny(reading, stuck.Task) == stuck.Task)
        {
            // The replies to the other requests of the burst are on their way.
            while (Driver.Loop.Requests.Outstanding > 1) await Task.Yield();
            await cancel.CancelAsync();
        }

        var failure = await Xunit.Record.ExceptionAsync(() => reading);
        if (failure is NotConnectedException) await Driver.ConnectAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        Device.Dispose();
    }
}
