using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Reads a block of a device between its scans, and hands what it decodes to one recipe as scans.</summary>
internal sealed class BlockScans(Decoding decoding, DeviceRunner device, IScanListener listener, TimeProvider time)
{
    private readonly Beats _beats = new(decoding.Every, time);
    private readonly Sample[] _samples = new Sample[decoding.Tags.Count];
    private BlockRead _read = new(decoding.Address, decoding.Bytes, time);
    private long _number;

    public void Start() => _ = Task.Run(() => _beats.RunAsync(BeatAsync, _ => { }));

    public void Stop() => _beats.Stop();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask BeatAsync()
    {
        if (_read.IsLeftBehind) _read = new BlockRead(decoding.Address, decoding.Bytes, time);
        var now = time.GetUtcNow().UtcDateTime;
        var timestamp = time.GetTimestamp();
        var failure = await _read.DoAsync(device).ConfigureAwait(false);
        if (_beats.IsStopped) return;
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

        listener.OnScan(new ScanHeader(++_number, now, timestamp, failure?.Message), _samples);
    }
}
