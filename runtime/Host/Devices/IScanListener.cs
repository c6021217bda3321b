using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices;

/// <summary>Somebody who wants a device's scans. Called on the device's own loop: it copies what it needs and returns at once.</summary>
internal interface IScanListener
{
    void OnScan(in ScanHeader header, ReadOnlySpan<Sample> samples);
}
