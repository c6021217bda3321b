using System.Buffers;
using System.IO.Compression;
using System.Net.Http.Headers;

namespace PlantRuntime.Wire.Http;

/// <summary>
/// Holds the body of one request at a time and reuses its memory for the next one. One body encoder of a sink owns it and writes to it
/// again only when the previous request has ended. Performs no I/O; not thread-safe.
/// </summary>
public sealed class BodyBuffer
{
    private readonly MemoryStream _compressed = new();

    /// <summary>The uncompressed body, which the owner writes and resets.</summary>
    public ArrayBufferWriter<byte> Bytes { get; } = new();

    /// <summary>Creates the content of a request, valid until <see cref="Bytes"/> is written to again.</summary>
    /// <param name="type">Media type of the body.</param>
    /// <param name="isCompressed">True to send it as gzip (RFC 1952).</param>
    public HttpContent ToContent(MediaTypeHeaderValue type, bool isCompressed)
    {
        var content = new ReadOnlyMemoryContent(isCompressed ? Compress() : Bytes.WrittenMemory);
        content.Headers.ContentType = type;
        if (isCompressed) content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private ReadOnlyMemory<byte> Compress()
    {
        _compressed.SetLength(0);
        using (var gzip = new GZipStream(_compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Bytes.WrittenSpan);
        return _compressed.GetBuffer().AsMemory(0, (int)_compressed.Length);
    }
}
