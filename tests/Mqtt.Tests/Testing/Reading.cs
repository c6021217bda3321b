using System.Runtime.CompilerServices;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>A driver with tags t0, t1 and so on, whose scans are shown as text.</summary>
internal sealed class Reading : IAsyncDisposable
{
    // Bounds a hang, never asserts speed.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly DateTime s_scanTime = DateTime.UnixEpoch;

    private readonly ISubscriber _driver;
    private readonly IReader _reader;
    private readonly ScanBuffer _buffer;

    public Reading(MqttDriverOptions options, TimeProvider? clock, params string[] addresses)
    {
        var context = new PluginContext("lab", "press-hall", Path.GetTempPath(), clock ?? TimeProvider.System, Log);
        _driver = (ISubscriber)((IDriverPlugin)new MqttPlugin()).Open(options, context);
        _reader = _driver.Prepare([.. addresses.Select((a, i) => new TagDefinition($"t{i}", a))]);
        _buffer = new ScanBuffer([.. addresses.Select((_, i) => new Tag(i, $"t{i}", "lab"))]);
    }

    public CapturingPluginLog Log { get; } = new();

    public static async Task<Reading> ConnectAsync(MqttDriverOptions options, params string[] addresses)
    {
        var reading = new Reading(options, null, addresses);
        await reading.ConnectAsync();
        return reading;
    }

    public Task ConnectAsync() => _driver.ConnectAsync(default).AsTask().WaitAsync(s_patience);

    public Task AcknowledgeAsync(long scans) => _driver.AcknowledgeAsync(scans, default).AsTask();

    /// <summary>The tags of the next scan: "t0=1.5 t1=BAD_TYPE(why) t2=2@08:00:00.123"; a time is shown when it is the payload's.</summary>
    public async Task<string> NextAsync(CancellationToken cancel = default)
    {
        await ReadAsync(cancel).AsTask().WaitAsync(s_patience, CancellationToken.None);
        return string.Join(' ', Enumerable.Range(0, _buffer.Count).Where(i => _buffer.Samples[i].Quality != Quality.BadComm).Select(Shown));
    }

    /// <summary>So many scans, in their order.</summary>
    public async Task<IReadOnlyList<string>> NextAsync(int count)
    {
        var scans = new List<string>();
        while (scans.Count < count) scans.Add(await NextAsync());
        return scans;
    }

    /// <summary>One scan, of which only the value of the first tag is wanted.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long> NextNumberAsync()
    {
        await ReadAsync(default);
        return _buffer.Samples[0].Value.Int;
    }

    /// <summary>The error that connecting or reading ends with.</summary>
    public async Task<string> FailureAsync()
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

    private string Shown(int i)
    {
        var sample = _buffer.Samples[i];
        if (sample.Quality != Quality.Good) return $"t{i}={sample.Quality.ToText()}({_buffer.Reason(i)})";
        return sample.Time == s_scanTime ? $"t{i}={sample.Value}" : $"t{i}={sample.Value}@{sample.Time:O}";
    }
}
