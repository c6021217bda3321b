using System.Runtime.CompilerServices;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>A driver with tags t0, t1 and so on, whose scans are formatted as text.</summary>
internal sealed class DriverFixture : IAsyncDisposable
{
    // Ends a test that hangs; no test asserts a duration.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly DateTime s_scanTime = DateTime.UnixEpoch;

    private readonly ISubscriber _driver;
    private readonly IReader _reader;
    private readonly ScanBuffer _buffer;

    public DriverFixture(MqttDriverOptions options, TimeProvider? clock, params string[] addresses)
    {
        var context = new PluginContext("lab", "press-hall", Path.GetTempPath(), clock ?? TimeProvider.System, Log);
        _driver = (ISubscriber)((IDriverPlugin)new MqttPlugin()).Open(options, context);
        _reader = _driver.Prepare([.. addresses.Select((a, i) => new TagDefinition($"t{i}", a))]);
        _buffer = new ScanBuffer([.. addresses.Select((_, i) => new Tag(i, $"t{i}", "lab"))]);
    }

    public CapturingPluginLog Log { get; } = new();

    public static async Task<DriverFixture> ConnectAsync(MqttDriverOptions options, params string[] addresses)
    {
        var driver = new DriverFixture(options, null, addresses);
        await driver.ConnectAsync();
        return driver;
    }

    public Task ConnectAsync() => _driver.ConnectAsync(default).AsTask().WaitAsync(s_patience);

    public Task AcknowledgeAsync(long scans) => _driver.AcknowledgeAsync(scans, default).AsTask();

    /// <summary>Reads the next scan: "t0=1.5 t1=BAD_TYPE(why) t2=2@08:00:00.123"; the time is shown if it is from the payload.</summary>
    public async Task<string> NextAsync(CancellationToken cancel = default)
    {
        await ReadAsync(cancel).AsTask().WaitAsync(s_patience, CancellationToken.None);
        var filled = Enumerable.Range(0, _buffer.Count).Where(i => _buffer.Samples[i].Quality != Quality.BadComm);
        return string.Join(' ', filled.Select(Format));
    }

    /// <summary>Reads this number of scans, in order.</summary>
    public async Task<IReadOnlyList<string>> NextAsync(int count)
    {
        var scans = new List<string>();
        while (scans.Count < count) scans.Add(await NextAsync());
        return scans;
    }

    /// <summary>Reads one scan and returns the value of the first tag. Allocates nothing.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long> NextNumberAsync()
    {
        await ReadAsync(default);
        return _buffer.Samples[0].Value.Int;
    }

    /// <summary>Connects and reads until an error occurs, and returns its message.</summary>
    public async Task<string> ConnectOrReadErrorAsync()
    {
        var failure = await Assert.ThrowsAsync<NotConnectedException>(async () =>
        {
            await ConnectAsync();
            while (true) await NextAsync();
        });
        return failure.Message;
    }

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    private ValueTask ReadAsync(CancellationToken cancel)
    {
        _buffer.Reset(s_scanTime);
        return _reader.ReadAsync(_buffer, cancel);
    }

    private string Format(int i)
    {
        var sample = _buffer.Samples[i];
        if (sample.Quality != Quality.Good) return $"t{i}={sample.Quality.ToText()}({_buffer.Reason(i)})";
        return sample.Time == s_scanTime ? $"t{i}={sample.Value}" : $"t{i}={sample.Value}@{sample.Time:O}";
    }
}
