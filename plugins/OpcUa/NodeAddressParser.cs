using System.Globalization;
using System.Text;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>Parses the part of an address that names the node. Pure.</summary>
internal static class NodeAddressParser
{
    private const string Expected = "expected ns=3;s=Name, ns=2;i=1001, nsu=http://…;s=Name, or a path /Objects/Line/Level";

    // Reserved characters of a browse path, each escaped by '&' (OPC 10000-4, A.2).
    private const char Escape = '&';

    public static OpcUaAddress? Find(string text, out string? problem) => Find(text, out problem, out _);

    public static OpcUaAddress? Find(string text, out string? problem, out int column)
    {
        var start = text.Length - text.TrimStart().Length;
        var trimmed = text.Trim();
        var address = AddressText.Parse(() => trimmed.StartsWith('/') ? Path(trimmed, start) : Node(trimmed, start), out var error);
        (problem, column) = (error?.Message, error?.Column ?? 1);
        return address;
    }

    /// <summary>A browse path's element with its reserved characters escaped, for addresses that browsing writes.</summary>
    public static string EscapeName(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (letter is '/' or ':' or Escape) text.Append(Escape);
            text.Append(letter);
        }

        return text.ToString();
    }

    private static OpcUaAddress Node(string text, int offset)
    {
        var (at, ns, uri) = (0, (ushort)0, (string?)null);
        if (text.StartsWith("nsu=", StringComparison.Ordinal))
        {
            var end = text.IndexOf(';', StringComparison.Ordinal);
            if (end <= 4) throw new BadAddressException($"the namespace's URI does not end with ';': {Expected}", offset + 5);
            // A ';' and a '%' in a URI are escaped (OPC 10000-6, 5.3.1.11).
            uri = text[4..end].Replace("%3B", ";", StringComparison.OrdinalIgnoreCase).Replace("%25", "%", StringComparison.Ordinal);
            at = end + 1;
        }
        else if (text.StartsWith("ns=", StringComparison.Ordinal))
        {
            var end = text.IndexOf(';', StringComparison.Ordinal);
            if (end < 0 || !ushort.TryParse(text.AsSpan(3, end - 3), NumberStyles.None, CultureInfo.InvariantCulture, out ns))
                throw new BadAddressException(
                    $"'{(end < 0 ? text : text[..end])}' names no namespace: ns=0 to ns=65535 and ';' are expected", offset + 4);
            at = end + 1;
        }

        if (text.Length < at + 2 || text[at + 1] != '=')
            throw new BadAddressException($"'{text[at..]}' is no node: {Expected}", offset + at + 1);
        var identifier = text[(at + 2)..];
        var node = text[at] switch
        {
            'i' when uint.TryParse(identifier, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => new NodeId(number, ns),
            'i' => throw new BadAddressException($"'{identifier}' is no number from 0 to {uint.MaxValue}", offset + at + 3),
            's' when identifier.Length is > 0 and <= 4096 => new NodeId(identifier, ns),
            's' => throw new BadAddressException("the name after s= is missing, or longer than 4096 characters", offset + at + 3),
            'g' when Guid.TryParse(identifier, out var guid) => new NodeId(guid, ns),
            'g' => throw new BadAddressException($"'{identifier}' is no GUID like 09087e75-8e5e-499b-954f-f2a9603db28a", offset + at + 3),
            'b' => new NodeId(Base64(identifier, offset + at + 3), ns),
            _ => throw new BadAddressException($"'{text[at]}' is no kind of node: i=, s=, g= or b=", offset + at + 1),
        };
        return node.IsNull ? throw new BadAddressException("the null node has no value", offset + at + 1)
            : new OpcUaAddress(node, uri, null, [], null, false);
    }

    private static byte[] Base64(string text, int column)
    {
        try
        {
            return Convert.FromBase64String(text) is { Length: > 0 } bytes ? bytes
                : throw new BadAddressException("the bytes after b= are missing", column);
        }
        catch (FormatException)
        {
            throw new BadAddressException($"'{text}' is no base64 text", column);
        }
    }

    private static OpcUaAddress Path(string text, int offset)
    {
        var elements = new List<PathElement>();
        var name = new StringBuilder();
        ushort? ns = null;
        for (var at = 1; at <= text.Length; at++)
        {
            if (at == text.Length || text[at] == '/')
            {
                if (name.Length == 0) throw new BadAddressException("a name is missing in the path", offset + at + 1);
                elements.Add(new PathElement(name.ToString(), ns));
                name.Clear();
                ns = null;
            }
            else if (text[at] == Escape)
            {
                if (++at == text.Length) throw new BadAddressException("a character is missing after '&'", offset + at);
                name.Append(text[at]);
            }
            else if (text[at] == ':' && ns is null
                && ushort.TryParse(name.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                ns = index;
                name.Clear();
            }
            else
            {
                name.Append(text[at]);
            }
        }

        return new OpcUaAddress(default, null, elements, [], null, false);
    }
}
