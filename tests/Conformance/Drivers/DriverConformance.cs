using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

/// <summary>
/// What the host relies on in every driver, tested from outside through the contracts alone. A driver's test class derives from it, says
/// what its device holds, and inherits the facts. xunit makes one instance a fact; start the device in a fixture or in IAsyncLifetime.
/// </summary>
public abstract partial class DriverConformance
{
    // Bounds a hang, never asserts speed.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The plugin under test.</summary>
    protected abstract IDriverPlugin Plugin { get; }

    /// <summary>Options of a device that answers.</summary>
    protected abstract object Options { get; }

    /// <summary>What that device holds: at least two values. A type of each kind that the driver knows is best.</summary>
    protected abstract IReadOnlyList<HeldValue> Held { get; }

    /// <summary>Addresses that must be refused: at least two.</summary>
    protected abstract IReadOnlyList<WrongAddress> Wrong { get; }

    /// <summary>Options of a device that refuses connections; null when there can be none.</summary>
    protected virtual object? DeadOptions => null;

    /// <summary>Options of a device that takes connections and then says nothing; null when there can be none.</summary>
    protected virtual object? SilentOptions => null;

    /// <summary>The clock that drivers get.</summary>
    protected virtual TimeProvider Clock => TimeProvider.System;

    /// <summary>
    /// Most bytes that the whole process may allocate for one scan, however many tags it has, when the read does not complete at once: the
    /// boxes of about five async methods that suspend, 1,024 bytes. A read that completes at once allocates exactly 0. A debug build of the
    /// plugin makes an object of every async method, so there 4,096 bytes hold for both. Override it to ask for less, or to allow for a
    /// device inside the test process.
    /// </summary>
    protected virtual int AllocatedBytesPerScan => IsOptimized ? 1024 : 4096;

    /// <summary>
    /// Most bytes that one scan may allocate when its read completes at once: 0. Override it for a driver whose protocol library allocates
    /// for each message.
    /// </summary>
    protected virtual int AllocatedBytesPerScanAtOnce => IsOptimized ? 0 : AllocatedBytesPerScan;

    /// <summary>Completes once the device sees exactly <paramref name="count"/> connections; null when the device cannot tell.</summary>
    protected virtual Task? ConnectionsBecomeAsync(int count) => null;

    private IDriver Open(object options) => Open(Plugin, options);

    private IDriver Open(IDriverPlugin plugin, object options) =>
        plugin.Open(options, new PluginContext("device", "conformance", AppContext.BaseDirectory, Clock, new CapturingPluginLog()));

    private async Task<IDriver> ConnectedAsync()
    {
        var driver = Open(Options);
        await ConnectAsync(driver);
        return driver;
    }

    private static Task ConnectAsync(IDriver driver, CancellationToken cancel = default) =>
        driver.ConnectAsync(cancel).AsTask().WaitAsync(s_patience);

    private async Task ExpectConnectionsAsync(int count)
    {
        if (ConnectionsBecomeAsync(count) is not { } reached) return;
        try
        {
            await reached.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"the device never saw exactly {count} connections");
        }
    }

    private static TagDefinition[] Tags(IEnumerable<HeldValue> values) =>
        [.. values.Select((v, i) => new TagDefinition($"t{i}", v.Address, v.Type))];

    private static ScanBuffer Buffer(IEnumerable<HeldValue> values) => new([.. values.Select((_, i) => new Tag(i, $"t{i}", "device"))]);

    private static async Task<ScanBuffer> ReadAsync(IReader reader, IReadOnlyList<HeldValue> values, CancellationToken cancel = default)
    {
        var buffer = Buffer(values);
        await reader.ReadAsync(buffer, cancel).AsTask().WaitAsync(s_patience, CancellationToken.None);
        return buffer;
    }

    private static async Task ExpectAsync(IReader reader, IReadOnlyList<HeldValue> values)
    {
        var samples = (await ReadAsync(reader, values)).Samples.ToArray();
        Assert.Equal(
            values.Select((v, i) => $"t{i} {v.Address} {v.Value.Kind} {v.Value} GOOD"),
            samples.Select((s, i) => $"{s.Tag.Name} {values[i].Address} {s.Value.Kind} {s.Value} {s.Quality.ToText()}"));
    }

    // The host may see either: the token's own exception, or a connection that the driver gave up because of it.
    private static async Task ExpectGivenUpAsync(Func<Task> call)
    {
        var exception = await Xunit.Record.ExceptionAsync(call);
        Assert.True(exception is OperationCanceledException or NotConnectedException,
            $"a cancelled call ends with OperationCanceledException or NotConnectedException, not: {exception?.ToString() ?? "success"}");
    }
}
