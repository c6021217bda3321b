using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recording;

/// <summary>One device's scans on their way into a recording. The device never waits: what finds no room is counted.</summary>
internal sealed class DeviceTap : IScanListener
{
    private const int MostSamples = 50_000;
    private readonly Schema _schema;
    private readonly Action<DeviceTap, Scan> _post;
    private readonly Stack<Scan> _free = new();
    private readonly int _capacity;
    private int _made;
    private long _lost;

    /// <param name="device">Where the scans come from.</param>
    /// <param name="mask">What is hidden of them.</param>
    /// <param name="post">Gets a copy of each, on the device's loop; it comes back by <see cref="Return"/>.</param>
    public DeviceTap(DeviceRunner device, TagMask mask, Action<DeviceTap, Scan> post)
    {
        Device = device;
        Masked = [.. device.Tags.Select(mask.Covers)];
        _post = post;
        _schema = new Schema(device.Name, device.Tags);
        _capacity = Math.Clamp(MostSamples / Math.Max(1, device.Tags.Count), 4, 1000);
    }

    public DeviceRunner Device { get; }

    /// <summary>By tag index.</summary>
    public bool[] Masked { get; }

    public long Lost => Interlocked.Read(ref _lost);

    public void OnScan(in ScanHeader header, ReadOnlySpan<Sample> samples)
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

    public void Return(Scan scan)
    {
        lock (_free) _free.Push(scan);
    }
}
