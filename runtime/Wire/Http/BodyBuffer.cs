using System.Buffers;
using System.IO.Compression;
using System.Net.Http.Headers;

namespace PlantRuntime.Wire.Http;

/// <summary>The body of a request, in memory that is used again for the next one.</summary>
public sealed class BodyBuffer
{
    private readonly MemoryStream _packed = new();

    /// <summary>Where the body is written to, uncompressed.</summary>
    public ArrayBufferWriter<byte> Bytes { get; } = new();

    /// <summary>The body as content, valid until <see cref="Bytes"/> is written to again.</summary>
    /// <param name="type">Media type.</param>
    /// <param name="isPacked">Whether it goes as gzip (RFC 1952).</param>
    public HttpContent ToContent(MediaTypeHeaderValue type, bool isPacked)
    {
        var content = new ReadOnlyMemoryContent(isPacked ? Pack() : Bytes.WrittenMemory);
        content.Headers.ContentType = type;
        if (isPacked) content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private ReadOnlyMemory<byte> Pack()
    {
        _packed.SetLength(0);
        using (var gzip = new GZipStream(_packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Bytes.WrittenSpan);
        return _packed.GetBuffer().AsMemory(0, (int)_packed.Length);
    }
}
