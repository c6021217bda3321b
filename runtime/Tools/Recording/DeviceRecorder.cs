using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Tools.Recording;

/// <summary>
/// Copies the scans of one device into a recording. Owned by one <see cref="Recording"/>. The device's session calls <see cref="OnScan"/>,
/// one call at a time, which never waits: a scan without a free buffer is counted as lost. The recording calls <see cref="Return"/> from
/// its own loop. Locks its pool of buffers; does no I/O.
/// </summary>
internal sealed class DeviceRecorder : IScanListener
{
    /// <summary>50,000 samples: the size of the pool in scans is this divided by the number of tags, from 4 to 1000 scans.</summary>
    private const int MostSamples = 50_000;

    private readonly ScanSchema _schema;
    private readonly Action<DeviceRecorder, Scan> _post;
    private readonly Stack<Scan> _free = new();
    private readonly int _capacity;
    private int _made;
    private long _lost;

    /// <param name="device">The device.</param>
    /// <param name="mask">The tags whose values are hidden.</param>
    /// <param name="post">Receives a copy of each scan, on the device's loop, and gives it back with <see cref="Return"/>.</param>
    public DeviceRecorder(DeviceSupervisor device, TagMask mask, Action<DeviceRecorder, Scan> post)
    {
        Device = device;
        Masked = [.. device.Tags.Select(mask.Covers)];
        _post = post;
        _schema = new ScanSchema(device.Name, device.Tags);
        _capacity = Math.Clamp(MostSamples / Math.Max(1, device.Tags.Count), 4, 1000);
    }

    /// <summary>The recorded device.</summary>
    public DeviceSupervisor Device { get; }

    /// <summary>By tag index: true if the value is hidden.</summary>
    public bool[] Masked { get; }

    /// <summary>The number of scans lost because no buffer was free.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Copies the samples, which are valid only within the call, and posts the copy.</summary>
    public void OnScan(in ScanInfo header, ReadOnlySpan<Sample> samples)
    {
        Scan? scan;
        lock (_free)
        {
            if (!_free.TryPop(out scan) && _made < _capacity)
            {
                scan = new Scan(_schema);
                _made++;
            }
        }

        if (scan is null)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        (scan.Time, scan.Failure) = (header.Time, header.Failure);
        scan.Fill(samples);
        _post(this, scan);
    }

    /// <summary>Takes a buffer back into the pool.</summary>
    public void Return(Scan scan)
    {
        lock (_free) _free.Push(scan);
    }
}
