using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace PlantRuntime.Host.Control;

/// <summary>
/// Where a running host listens to commands of its site: a socket file that only its user can open, <c>data/host.sock</c>. A path that is
/// too long for a socket is replaced by one in the temporary folder.
/// </summary>
internal static class ControlSocket
{
    private const int LongestPath = 100;

    public static string PathOf(string siteFolder)
    {
        var path = Path.Combine(siteFolder, "data", "host.sock");
        if (Encoding.UTF8.GetByteCount(path) <= LongestPath) return path;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(siteFolder)));
        return Path.Combine(Path.GetTempPath(), $"plant-{digest[..16]}.sock");
    }

    public static Socket Create() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
