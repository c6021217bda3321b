using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices;

/// <summary>What a session tells its device.</summary>
internal interface ISessionOwner
{
    DeviceStatus Status { get; }

    void Connecting();

    void Connected();

    void Scanned(ScanGroup group, in ScanHeader header, TimeSpan cycle);

    /// <summary>News of a subscribing device: only the tags that they brought.</summary>
    void Received(ScanGroup group, in ScanHeader header, ReadOnlySpan<Sample> samples);

    void Failed(in ScanHeader header);

    void Lost(string reason, bool isPlanned, TimeSpan sleep);

    void Park(string reason);
}
