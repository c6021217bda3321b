using System.IO.Ports;
using PlantRuntime.Wire;

namespace PlantRuntime.Serial;

/// <summary>A serial port does not have the speed, parity or other setting of a device.</summary>
/// <param name="message">The port and the settings.</param>
/// <param name="inner">The exception of the port.</param>
public sealed class SerialSettingsException(string message, Exception? inner) : LinkException(message, inner);

/// <summary>Describes failures of a serial port, each with the command that helps. Pure except for the list of ports.</summary>
internal static class SerialFailures
{
    private const int MostPorts = 8;

    public static LinkException Missing(string port, Exception? cause = null) =>
        new($"{port} does not exist: is the adapter plugged in? {DescribePorts()}", cause);

    public static LinkException NoPermission(string port, Exception? cause = null) =>
        new($"user {Environment.UserName} may not use {port}: sudo usermod -aG dialout {Environment.UserName}, then log in again", cause);

    public static LinkException InUse(string port, Exception? cause = null) =>
        new($"another program uses {port}: {(OperatingSystem.IsWindows() ? "end that one first" : $"fuser {port} shows its process id")}",
            cause);

    /// <summary>Explains an exception of an open or opening port; returns null if it is not about the port.</summary>
    public static LinkException? From(string port, Exception exception) => exception switch
    {
        LinkException known => known,
        FileNotFoundException or DirectoryNotFoundException => Missing(port, exception),
        UnauthorizedAccessException when OperatingSystem.IsWindows() => InUse(port, exception),
        UnauthorizedAccessException => File.Exists(port) ? NoPermission(port, exception) : Missing(port, exception),
        IOException or InvalidOperationException or TimeoutException => File.Exists(port) || OperatingSystem.IsWindows()
            ? new LinkException($"{port} failed: {exception.Message}", exception)
            : new LinkException($"{port} has disappeared: the adapter was unplugged", exception),
        _ => null,
    };

    private static string DescribePorts()
    {
        string[] ports;
        try
        {
            ports = SerialPort.GetPortNames();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            ports = [];
        }

        return ports.Length == 0 ? "This machine has no serial port."
            : $"Ports of this machine: {string.Join(", ", ports.Order().Take(MostPorts))}.";
    }
}
