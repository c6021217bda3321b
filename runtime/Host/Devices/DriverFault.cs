using System.Net.Sockets;
using System.Security.Authentication;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices;

/// <summary>Tells a device that fails from a plugin that is broken.</summary>
internal static class DriverFault
{
    /// <summary>True for exceptions that no protocol error explains, such as a null reference: after three in a row the plugin is parked.</summary>
    public static bool IsBug(Exception exception) => exception is not
        (NotConnectedException or RejectedException or IOException or SocketException or TimeoutException or OperationCanceledException
            or AuthenticationException or UnauthorizedAccessException);

    /// <summary>An exception in one line of a log.</summary>
    public static string Describe(Exception exception) =>
        IsBug(exception) ? $"{exception.GetType().Name}: {exception.Message}" : exception.Message;
}
