using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace PlantRuntime.Web.Access.Requests;

/// <summary>Tells clients apart for limits. Stateless; any thread.</summary>
internal static class ClientKey
{
    /// <summary>Returns the address, or for IPv6 its network of 64 bits, because one machine may use all addresses of it.</summary>
    public static IPAddress From(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address)) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Returns the address of a request's client; that of the proxy's client behind a proxy.</summary>
    public static IPAddress AddressOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => IPAddress.Loopback,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4(),
        var address => address,
    };
}
