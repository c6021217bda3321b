using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

/// <summary>A simulated device on a clock of its own.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly IDriver _driver;
    private readonly IReader _reader;

    /// <summary>A device that was never connected.</summary>
    public Bench(SimulatorOptions options, params (string Name, string Address, string? Type)[] tags)
    {
        var context = new PluginContext("device", "site", AppContext.BaseDirectory, Clock, new CapturingPluginLog());
        _driver = new SimulatorPlugin().Open(options, context);
        _reader = _driver.Prepare([.. tags.Select(t => new TagDefinition(t.Name, t.Address, t.Type))]);
        Scan = new ScanBuffer([.. tags.Select((t, i) => new Tag(i, t.Name, "device"))]);
    }

    public ManualTimeProvider Clock { get; } = new();

    /// <summary>What the last read gave.</summary>
    public ScanBuffer Scan { get; }

    /// <summary>A connected device.</summary>
    public static async Task<Bench> StartAsync(SimulatorOptions options, params (string Name, string Address, string? Type)[] tags)
    {
        var bench = new Bench(options, tags);
        await bench.ConnectAsync();
        return bench;
    }

    /// <summary>A device with faults that was never connected, with one tag.</summary>
    public static Bench With(params FaultOptions[] faults) => new(new SimulatorOptions { Faults = faults }, ("temp", "const 1", null));

    /// <summary>The values of one address at these seconds after the connect.</summary>
    public static async Task<Value[]> ValuesAsync(string address, string? type, params double[] seconds)
    {
        await using var bench = await StartAsync(new SimulatorOptions(), ("tag", address, type));
        var values = new Value[seconds.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (await bench.ReadAtAsync(seconds[i]))[0];
        return values;
    }

    public Task ConnectAsync() => _driver.ConnectAsync(CancellationToken.None).AsTask();

    public Task ReadAsync(CancellationToken cancel = default)
    {
        Scan.Reset(Clock.GetUtcNow().UtcDateTime);
        return _reader.ReadAsync(Scan, cancel).AsTask();
    }

    /// <summary>Reads at a time after the start of the clock, which lies ahead.</summary>
    public async Task<Value[]> ReadAtAsync(double seconds)
    {
        GoTo(seconds);
        await ReadAsync();
        return [.. Scan.Samples.ToArray().Select(s => s.Value)];
    }

    public void GoTo(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(Clock.GetTimestamp()));

    public ValueTask DisposeAsync() => _driver.DisposeAsync();
}
