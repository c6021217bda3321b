using System.Globalization;
using System.Net;
using System.Text;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// A route from the module that is connected to, to the controller: pairs of port and link (CIP volume 1, appendix C-1.4.1). "1,0" is port
/// 1, the backplane, and slot 0; "1,3,2,10.0.0.9,1,0" leaves by port 2 of the module in slot 3 to an Ethernet address, and reaches slot 0
/// there. Ports have names too, and slashes separate as commas do: "bp/3/enet/10.0.0.9/bp/0".
/// </summary>
internal static class RoutePath
{
    private const byte LongLink = 0x10;
    private const int MostHops = 8;

    private static readonly Dictionary<string, byte> s_ports = new(StringComparer.OrdinalIgnoreCase)
    {
        ["backplane"] = 1, ["bp"] = 1, ["enet"] = 2, ["ethernet"] = 2, ["cnet"] = 2, ["dnet"] = 2, ["dhrio-a"] = 2, ["dhrio-b"] = 3,
        ["dh485-a"] = 2, ["dh485-b"] = 3, ["a"] = 2, ["b"] = 3,
    };

    /// <summary>The segments of a route; null and the problem when it is none.</summary>
    public static byte[]? Parse(string text, out string? problem)
    {
        problem = null;
        if (text.Trim().Length == 0) return [];
        var words = text.Split([',', '/', '\\'], StringSplitOptions.TrimEntries);
        if (words.Length % 2 != 0)
        {
            problem = $"'{text}' has {words.Length} parts: a route is pairs of port and link, as \"1,0\" or \"1,3,2,10.0.0.9,1,0\"";
            return null;
        }

        if (words.Length > 2 * MostHops)
        {
            problem = $"'{text}' has {words.Length / 2} hops: {MostHops} are possible";
            return null;
        }

        var path = new List<byte>();
        for (var i = 0; i < words.Length; i += 2)
        {
            if (!s_ports.TryGetValue(words[i], out var port)
                && (!byte.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > 14))
            {
                problem = $"'{words[i]}' is no port: a number from 1 to 14 (1 is the backplane, 2 the Ethernet port), or a name as "
                    + "backplane (bp), enet, cnet, dnet, dhrio-a, dhrio-b";
                return null;
            }

            if (byte.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var slot))
            {
                path.AddRange([port, slot]);
                continue;
            }

            if (!IPAddress.TryParse(words[i + 1], out _) && Uri.CheckHostName(words[i + 1]) != UriHostNameType.Dns)
            {
                problem = $"'{words[i + 1]}' is no link: a slot from 0 to 255, or an address";
                return null;
            }

            path.AddRange([(byte)(LongLink | port), (byte)words[i + 1].Length, .. Encoding.ASCII.GetBytes(words[i + 1])]);
            if (words[i + 1].Length % 2 != 0) path.Add(0);
        }

        return [.. path];
    }
}
