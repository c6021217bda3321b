using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// Tests whether the host name of a device or sink resolves and its port accepts a connection, without using the protocol. Called by the
/// other diagnoses; sends no byte; keeps no state.
/// </summary>
internal static class NetworkDiagnosis
{
    /// <summary>Returns the steps up to the first failure; none for a device without the setting host.</summary>
    public static IAsyncEnumerable<DiagnosisStep> RunAsync(StandaloneDevice device, DeviceModel model, CancellationToken cancel) =>
        RunAsync(model.Scalars.ContainsKey("host") ? device.Driver.Endpoint : null, device.CallAsync, cancel);

    /// <summary>Returns the steps up to the first failure; none without an endpoint of the form host:port.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="callAsync">Runs a call with the deadline of the device or sink.</param>
    /// <param name="cancel">Ends the steps with an exception.</param>
    public static async IAsyncEnumerable<DiagnosisStep> RunAsync(string? endpoint,
        Func<Func<CancellationToken, ValueTask>, CancellationToken, Task> callAsync, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (endpoint is null || !TryParse(endpoint, out var host, out var port)) yield break;
        var (name, addresses) = await ResolveAsync(host, cancel).ConfigureAwait(false);
        yield return name;
        if (name.IsGood) yield return await OpenAsync(callAsync, addresses, port, cancel).ConfigureAwait(false);
    }

    private static async Task<(DiagnosisStep Step, IPAddress[] Addresses)> ResolveAsync(string host, CancellationToken cancel)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancel).ConfigureAwait(false);
            if (addresses.Length > 0)
                return (new DiagnosisStep("name", true, string.Join(", ", addresses.Select(a => a.ToString()))), addresses);
            return (Unknown($"{host} has no address"), addresses);
        }
        catch (SocketException exception)
        {
            return (Unknown($"{host}: {exception.Message}"), []);
        }

        DiagnosisStep Unknown(string found) =>
            new("name", false, found, "check the host or URL in site.toml; an IP address needs no name server",
                $"see whether this machine can resolve it: getent hosts {host}");
    }

    private static async Task<DiagnosisStep> OpenAsync(Func<Func<CancellationToken, ValueTask>, CancellationToken, Task> callAsync,
        IPAddress[] addresses, int port, CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await callAsync(token => socket.ConnectAsync(addresses, port, token), cancel).ConfigureAwait(false);
            return new DiagnosisStep("port", true, $"{port} is open");
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return new DiagnosisStep("port", false, $"{port}: connection refused",
                "the machine is there, but nothing listens on that port: check the port",
                "see at that machine whether its server is switched on, and whether it allows this one");
        }
        catch (Exception exception) when (exception is TimeoutException or SocketException)
        {
            return new DiagnosisStep("port", false, $"{port}: {exception.Message}",
                $"see whether the machine answers at all: ping {addresses[0]}",
                "check power, cable, address and mask, and firewalls between here and there");
        }
    }

    /// <summary>Parses host:port and [address]:port.</summary>
    private static bool TryParse(string endpoint, [NotNullWhen(true)] out string? host, out int port)
    {
        var colon = endpoint.LastIndexOf(':');
        host = colon > 0 ? endpoint[..colon].Trim('[', ']') : null;
        return int.TryParse(endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && host is not null;
    }
}
