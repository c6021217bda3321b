using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>
/// Reads a block of a device between its scans at a fixed rate, decodes it and passes the result to one recipe as scans. Owned by one
/// ScanRouter, which starts and stops it; its own loop runs asynchronously, one read at a time, and calls the listener.
/// </summary>
/// <param name="decoding">Address and rate of the block, and the position of each tag in it.</param>
/// <param name="device">Reads the block.</param>
/// <param name="listener">Receives the scans.</param>
/// <param name="time">The clock.</param>
/// <param name="after">Number of the last scan of the previous version of the recipe; numbers continue from there.</param>
internal sealed class BlockScans(BlockDecoding decoding, DeviceSupervisor device, IScanListener listener, TimeProvider time, long after = 0)
{
    private readonly FixedRateLoop _loop = new(time, decoding.Every);
    private readonly Sample[] _samples = new Sample[decoding.Tags.Count];
    private readonly Lock _delivery = new();
    private BlockRead _read = new(decoding.Address, decoding.Bytes, time);

    /// <summary>Number of the last scan; final once <see cref="Stop"/> has returned.</summary>
    public long Number { get; private set; } = after;

    /// <summary>Starts the loop. Called once.</summary>
    public void Start() => _ = Task.Run(() => _loop.RunAsync(ScanAsync, _ => { }, device.ReportBug));

    /// <summary>Ends the scans: no scan is delivered after this returns.</summary>
    public void Stop()
    {
        lock (_delivery) _loop.Stop();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ScanAsync()
    {
        if (_read.IsAbandoned) _read = new BlockRead(decoding.Address, decoding.Bytes, time);
        var now = time.GetUtcNow().UtcDateTime;
        var timestamp = time.GetTimestamp();
        var failure = await _read.ExecuteAsync(device).ConfigureAwait(false);
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

        lock (_delivery)
        {
            if (!_loop.IsStopped) listener.OnScan(new ScanInfo(++Number, now, timestamp, failure), _samples);
        }
    }
}
