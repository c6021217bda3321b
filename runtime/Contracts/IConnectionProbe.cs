namespace PlantRuntime.Contracts;

/// <summary>
/// A driver that knows without I/O whether its device has closed the connection. Devices close connections that are idle; the host then
/// opens a new one before it reads or writes, so that no request is sent into a closed connection.
/// </summary>
public interface IConnectionProbe : IDriver
{
    /// <summary>
    /// True if the device has closed the connection since the last call; false if it is open or this is unknown. The host reads it between
    /// two calls. Never throws and never blocks.
    /// </summary>
    bool IsClosedByDevice { get; }
}
