using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Reads a block of a device between its scans, and hands what it decodes to one recipe as scans.</summary>
/// <param name="decoding">Which block, how often, and what lies where.</param>
/// <param name="device">Reads it.</param>
/// <param name="listener">Gets the scans.</param>
/// <param name="time">The clock.</param>
/// <param name="after">Number of the last scan of the version before: theirs count on.</param>
internal sealed class BlockScans(Decoding decoding, DeviceRunner device, IScanListener listener, TimeProvider time, long after = 0)
{
    private readonly Beats _beats = new(decoding.Every, time);
    private readonly Sample[] _samples = new Sample[decoding.Tags.Count];
    private BlockRead _read = new(decoding.Address, decoding.Bytes, time);
    private readonly Lock _handing = new();

    /// <summary>Number of the last scan; final once it was stopped.</summary>
    public long Number { get; private set; } = after;

    public void Start() => _ = Task.Run(() => _beats.RunAsync(BeatAsync, _ => { }));

    /// <summary>Ends it: no scan comes any more when this returns.</summary>
    public void Stop()
    {
        lock (_handing) _beats.Stop();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask BeatAsync()
    {
        if (_read.IsLeftBehind) _read = new BlockRead(decoding.Address, decoding.Bytes, time);
        var now = time.GetUtcNow().UtcDateTime;
        var timestamp = time.GetTimestamp();
        var failure = await _read.DoAsync(device).ConfigureAwait(false);
        for (var i = 0; i < _samples.Length; i++)
        {
            _samples[i] = new Sample
            {
                Tag = decoding.Source.Schema.Tags[i],
                Value = failure is null ? decoding.Tags[i].ValueIn(_read.Image) : Value.Null,
                Quality = failure is null ? Quality.Good : Quality.BadComm,
                Time = now,
            };
        }

        lock (_handing)
        {
            if (!_beats.IsStopped) listener.OnScan(new ScanHeader(++Number, now, timestamp, failure?.Message), _samples);
        }
    }
}
