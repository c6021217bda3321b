using System.Text;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// A URL with fields of the record in path and query, as in <c>https://host/sensors/{tag}?unit={meta.unit}</c>. A field is the name of a
/// member of the record's JSON, with a dot for a member of a member. Values are percent-encoded (RFC 3986 §2.1). Immutable.
/// </summary>
internal sealed class UrlTemplate
{
    /// <summary>Longest URL that is sent; RFC 9110 §4.1 recommends that receivers support 8000 octets.</summary>
    private const int MaxLength = 8000;

    // Literal text at even, names of fields at odd indexes.
    private readonly string[] _pieces;
    private readonly int _query;

    private UrlTemplate(string[] pieces)
    {
        _pieces = pieces;
        _query = Array.FindIndex(pieces.Select((piece, i) => i % 2 == 0 ? piece : "").ToArray(), piece => piece.Contains('?'));
        Example = string.Concat(pieces.Select((piece, i) => i % 2 == 0 ? piece : "x"));
    }

    /// <summary>True if the URL depends on the record.</summary>
    public bool HasFields => _pieces.Length > 1;

    /// <summary>The URL with "x" for each field.</summary>
    public string Example { get; }

    /// <summary>The URL as in site.toml without its query, which may hold a key.</summary>
    public string Shown =>
        string.Concat(_pieces.Select((piece, i) => i % 2 == 0 ? piece : $"{{{piece}}}")).Split('?')[0];

    /// <summary>Returns the template, or null and the reason why the text is none.</summary>
    public static UrlTemplate? Parse(string url, out string problem)
    {
        problem = "";
        var pieces = new List<string>();
        var rest = url;
        while (rest.IndexOfAny(['{', '}']) is var open and >= 0)
        {
            var close = rest.IndexOf('}', open);
            if (rest[open] == '}' || close <= open + 1 || rest[(open + 1)..close].Contains('{'))
            {
                problem = "a field of the record is its name in braces, as in https://host/sensors/{tag}";
                return null;
            }

            pieces.Add(rest[..open]);
            pieces.Add(rest[(open + 1)..close]);
            rest = rest[(close + 1)..];
        }

        pieces.Add(rest);
        var authority = pieces[0].IndexOf("://", StringComparison.Ordinal);
        if (pieces.Count > 1 && (authority < 0 || pieces[0].IndexOf('/', authority + "://".Length) < 0))
        {
            problem = $"{{{pieces[1]}}} can only stand in the path or the query, so that no record decides which server it goes to";
            return null;
        }

        return new UrlTemplate([.. pieces]);
    }

    /// <summary>Returns the URL of a record.</summary>
    /// <param name="record">The record as JSON.</param>
    /// <exception cref="RejectedException">A field is missing or cannot be part of a URL.</exception>
    public Uri Expand(ReadOnlySpan<byte> record)
    {
        if (!HasFields) return new Uri(_pieces[0]);
        var json = JsonElement.Parse(record);
        var url = new StringBuilder();
        for (var i = 0; i < _pieces.Length; i++)
        {
            if (i % 2 == 0) url.Append(_pieces[i]);
            else url.Append(Uri.EscapeDataString(Find(json, _pieces[i], isPath: _query < 0 || i < _query)));
        }

        return url.Length <= MaxLength ? new Uri(url.ToString())
            : throw new RejectedException($"{Shown}: the url would have {url.Length} characters, and at most {MaxLength} are sent", [0]);
    }

    private string Find(JsonElement json, string field, bool isPath)
    {
        foreach (var name in field.Split('.'))
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
                throw new RejectedException($"{Shown}: the record has no {field}", [0]);
        }

        var text = json.ValueKind switch
        {
            JsonValueKind.String => ReadText(json, field),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => json.GetRawText(),
            _ => throw new RejectedException($"{Shown}: {field} is neither text nor a number", [0]),
        };

        // "." and ".." select another folder of the server, RFC 3986 §5.2.4, also when they are encoded.
        if (isPath && text.AsSpan().Trim('.').IsEmpty)
            throw new RejectedException($"{Shown}: {field} is \"{text}\", which cannot be a part of a path", [0]);
        return text;
    }

    private string ReadText(JsonElement json, string field)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new RejectedException($"{Shown}: {field} is no valid Unicode text", [0]);
        }
    }
}
