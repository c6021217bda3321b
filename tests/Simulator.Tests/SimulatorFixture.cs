using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

/// <summary>A simulated device with a separate clock.</summary>
internal sealed class SimulatorFixture : IAsyncDisposable
{
    private readonly IDriver _driver;
    private readonly IReader _reader;

    /// <summary>Creates a device that is not connected.</summary>
    public SimulatorFixture(SimulatorOptions options, params (string Name, string Address, string? Type)[] tags)
    {
        var context = new PluginContext("device", "site", AppContext.BaseDirectory, Clock, new CapturingPluginLog());
        _driver = new SimulatorPlugin().Open(options, context);
        _reader = _driver.Prepare([.. tags.Select(t => new TagDefinition(t.Name, t.Address, t.Type))]);
        Scan = new ScanBuffer([.. tags.Select((t, i) => new Tag(i, t.Name, "device"))]);
    }

    public ManualTimeProvider Clock { get; } = new();

    /// <summary>The result of the last read.</summary>
    public ScanBuffer Scan { get; }

    /// <summary>Creates and connects a device.</summary>
    public static async Task<SimulatorFixture> StartAsync(SimulatorOptions options,
        params (string Name, string Address, string? Type)[] tags)
    {
        var fixture = new SimulatorFixture(options, tags);
        await fixture.ConnectAsync();
        return fixture;
    }

    /// <summary>Creates a device with faults and one tag that is not connected.</summary>
    public static SimulatorFixture With(params FaultOptions[] faults) =>
        new(new SimulatorOptions { Faults = faults }, ("temp", "const 1", null));

    /// <summary>Reads the values of one address at these seconds after the connect.</summary>
    public static async Task<Value[]> ValuesAsync(string address, string? type, params double[] seconds)
    {
        await using var fixture = await StartAsync(new SimulatorOptions(), ("tag", address, type));
        var values = new Value[seconds.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (await fixture.ReadAtAsync(seconds[i]))[0];
        return values;
    }

    public Task ConnectAsync() => _driver.ConnectAsync(CancellationToken.None).AsTask();

    public Task ReadAsync(CancellationToken cancel = default)
    {
        Scan.Reset(Clock.GetUtcNow().UtcDateTime);
        return _reader.ReadAsync(Scan, cancel).AsTask();
    }

    /// <summary>Advances the clock to this time after its start, and reads.</summary>
    public async Task<Value[]> ReadAtAsync(double seconds)
    {
        GoTo(seconds);
        await ReadAsync();
        return [.. Scan.Samples.ToArray().Select(s => s.Value)];
    }

    public void GoTo(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(Clock.GetTimestamp()));

    public ValueTask DisposeAsync() => _driver.DisposeAsync();
}
