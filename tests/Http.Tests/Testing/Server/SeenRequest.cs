using System.IO.Compression;
using System.Text;

namespace PlantRuntime.Testing.Server;

/// <summary>A request as it came in.</summary>
/// <param name="Method">Method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Headers, by name in any case.</param>
/// <param name="Content">Body as it was sent.</param>
internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Content)
{
    /// <summary>The body as text, unpacked.</summary>
    public string Text { get; } = Encoding.UTF8.GetString(Unpack(Headers, Content));

    /// <summary>A header's value, or null.</summary>
    public string? this[string header] => Headers.GetValueOrDefault(header);

    private static byte[] Unpack(IReadOnlyDictionary<string, string> headers, byte[] content)
    {
        if (headers.GetValueOrDefault("Content-Encoding") != "gzip") return content;
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress)) gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
