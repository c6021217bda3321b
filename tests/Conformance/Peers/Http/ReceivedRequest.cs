using System.IO.Compression;
using System.Text;

namespace PlantRuntime.Conformance.Peers.Http;

/// <summary>A request as the server received it.</summary>
/// <param name="Method">Method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Headers, by name in any case.</param>
/// <param name="Content">Body as it was sent.</param>
public sealed record ReceivedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Content)
{
    /// <summary>The body as text, uncompressed.</summary>
    public string Text { get; } = Encoding.UTF8.GetString(Decompress(Headers, Content));

    /// <summary>A header's value, or null.</summary>
    public string? this[string header] => Headers.GetValueOrDefault(header);

    private static byte[] Decompress(IReadOnlyDictionary<string, string> headers, byte[] content)
    {
        if (headers.GetValueOrDefault("Content-Encoding") != "gzip") return content;
        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress)) gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
