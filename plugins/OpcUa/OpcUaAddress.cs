using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>
/// Where a value is on the server. Immutable; namespace URIs and browse paths are resolved in each session.
/// </summary>
/// <param name="Node">The node; its namespace index counts only if <paramref name="NamespaceUri"/> is null.</param>
/// <param name="NamespaceUri">URI of the node's namespace, or null.</param>
/// <param name="Path">Browse names from the root folder, instead of a node; or null.</param>
/// <param name="Field">Names and indexes within the value: fields of a structure, elements of an array.</param>
/// <param name="IndexRange">Part of an array that the server sends alone (OPC 10000-4, 7.27), or null.</param>
/// <param name="AsNumber">True if an enumeration is wanted as its number.</param>
internal sealed record OpcUaAddress(
    NodeId Node, string? NamespaceUri, IReadOnlyList<PathElement>? Path, IReadOnlyList<string> Field, string? IndexRange, bool AsNumber);

/// <summary>One browse name of a path.</summary>
/// <param name="Name">The name.</param>
/// <param name="Namespace">Index of its namespace, or null if it was not given.</param>
internal readonly record struct PathElement(string Name, ushort? Namespace);

/// <summary>
/// Parses addresses: a NodeId as in OPC 10000-6, 5.3.1.10 (<c>ns=3;s="Data"."Level"</c>, <c>nsu=http://plant;i=5</c>) or a browse path
/// (<c>/Objects/2:Line/Level</c>), each optionally followed by <c> : </c> and what is wanted of the value (<c>Speed</c>, <c>[2]</c>).
/// </summary>
internal static class OpcUaAddressParser
{
    private const string Separator = " : ";

    /// <summary>The address, or null and what is wrong.</summary>
    public static OpcUaAddress? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        problem = null;
        var text = tag.Address;
        if (tag.Type is not (null or "") && !tag.Type.Equals("number", StringComparison.OrdinalIgnoreCase) && !IsKnownType(tag.Type))
        {
            problem = new AddressProblem(tag,
                $"'{tag.Type}' is no type: leave it out, the server knows it; \"number\" reads an enumeration as its number", 0);
            return null;
        }

        // A string identifier may contain " : ", so the last one counts, and only if what follows is a field or an index.
        var at = text.LastIndexOf(Separator, StringComparison.Ordinal);
        var node = NodeAddressParser.Find(at < 0 ? text : text[..at], out var message, out var column);
        if (node is null)
        {
            problem = new AddressProblem(tag, message!, column);
            return null;
        }

        var (field, range) = (new List<string>(), (string?)null);
        if (at >= 0 && FieldProblem(text[(at + Separator.Length)..], field, ref range) is { } wrong)
        {
            problem = new AddressProblem(tag, wrong, at + Separator.Length + 1);
            return null;
        }

        var asNumber = tag.Type?.Equals("number", StringComparison.OrdinalIgnoreCase) == true;
        return node with { Field = field, IndexRange = range, AsNumber = asNumber };
    }

    /// <summary>Built-in types by name, as browsing writes them into a tag table; the server's type counts all the same.</summary>
    private static bool IsKnownType(string type) =>
        char.IsLetter(type[0]) && (Enum.TryParse<BuiltInType>(type.TrimEnd(']', '['), ignoreCase: true, out _)
            || type.TrimEnd(']', '[').Equals("Structure", StringComparison.OrdinalIgnoreCase)
            || type.TrimEnd(']', '[').Equals("Enumeration", StringComparison.OrdinalIgnoreCase));

    private static string? FieldProblem(string text, List<string> field, ref string? range)
    {
        const string expected = "expected a field (Speed, Motor.Speed) or an element ([2], [0:9], [1,2])";
        if (text.Length == 0) return expected;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '[')
            {
                var end = text.IndexOf(']', at);
                var index = end < 0 ? "" : text[(at + 1)..end];
                if (index.Length == 0 || !index.All(c => char.IsAsciiDigit(c) || c is ':' or ','))
                    return $"'{text[at..]}' is no index: {expected}";
                if (at == 0) range = index;
                else if (index.All(char.IsAsciiDigit) && index.Length < 8) field.Add($"[{index}]");
                else return $"'{index}' is no index of a field: a number is expected";
                at = end + 1;
            }
            else
            {
                if (text[at] == '.') at++;
                var end = text.AsSpan(at).IndexOfAny('.', '[') is var n and >= 0 ? at + n : text.Length;
                if (end == at) return $"a name is missing: {expected}";
                field.Add(text[at..end]);
                at = end;
            }
        }

        return range is null || IsRange(range) ? null : $"'{range}' is no index: {expected}";
    }

    // OPC 10000-4, 7.27: single numbers or first:last with first < last, one for each dimension.
    private static bool IsRange(string range)
    {
        foreach (var part in range.Split(','))
        {
            var ends = part.Split(':');
            if (ends.Length > 2 || !ends.All(end => uint.TryParse(end, out _))) return false;
            if (ends.Length == 2 && uint.Parse(ends[0]) >= uint.Parse(ends[1])) return false;
        }

        return true;
    }
}
