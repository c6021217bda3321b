namespace PlantRuntime.Contracts;

/// <summary>A driver whose device can say what it is and how it does: order number, state, firmware.</summary>
public interface IDescribed : IDriver
{
    /// <summary>Asks the device. The host calls it after each connect and from time to time; what is not known is left out.</summary>
    /// <exception cref="NotConnectedException">The connection is gone: the host connects again.</exception>
    ValueTask<IReadOnlyList<DeviceFact>> DescribeAsync(CancellationToken cancel);
}
