using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using PlantRuntime.Sites;

namespace PlantRuntime.Tools.Client;

/// <summary>
/// Names and creates the Unix socket of a running host: <c>data/host.sock</c>, or a path in the temporary folder if that one is too long
/// for a socket. Shared by server and clients, which therefore agree on the path. Keeps no state; opens no connection.
/// </summary>
internal static class SiteSocket
{
    /// <summary>100 bytes: Linux allows 107 (<c>sun_path</c>, unix(7)), other systems fewer.</summary>
    private const int LongestPath = 100;

    /// <summary>Returns the path of the socket. The site's folder must be an absolute path, because its text decides the path.</summary>
    public static string PathOf(string siteFolder)
    {
        var path = Path.Combine(SiteFolders.Data(siteFolder), "host.sock");
        if (Encoding.UTF8.GetByteCount(path) <= LongestPath) return path;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(siteFolder)));
        return Path.Combine(Path.GetTempPath(), $"plant-{digest[..16]}.sock");
    }

    /// <summary>Creates a socket that is neither bound nor connected; the caller owns it.</summary>
    public static Socket Create() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
