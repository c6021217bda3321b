namespace PlantRuntime.Contracts;

/// <summary>
/// A driver whose device reports properties of itself: order number, state, firmware. The host makes one call at a time to a device.
/// </summary>
public interface IDescribed : IDriver
{
    /// <summary>
    /// Reads the properties from the device. The host calls this after each connect and periodically. Unknown properties are omitted.
    /// </summary>
    /// <exception cref="NotConnectedException">The connection is lost; the host reconnects.</exception>
    ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel);
}

/// <summary>A property that a device reports about itself.</summary>
/// <param name="Name">Name in lower case: "state", "order_number", "pdu".</param>
/// <param name="Text">Value: "RUN", "6ES7 315-2EH14-0AB0", "240".</param>
/// <param name="IsWrong">True if an operator should act: a CPU in STOP.</param>
public sealed record DeviceProperty(string Name, string Text, bool IsWrong = false);
