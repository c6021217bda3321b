using System.Globalization;
using System.Text;

namespace PlantRuntime.Conformance.Peers.Http;

/// <summary>Reads requests of HTTP/1.1 (RFC 9112) byte by byte; bodies have a length.</summary>
public static class RequestReader
{
    /// <summary>Reads one request.</summary>
    /// <returns>Null if the client closed the connection between two requests.</returns>
    public static async Task<ReceivedRequest?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var first = await ReadLineAsync(stream, cancel);
        if (first.Length == 0) return null;
        var words = first.Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var line = await ReadLineAsync(stream, cancel); line.Length > 0; line = await ReadLineAsync(stream, cancel))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancel);
        return new ReceivedRequest(words[0], words[1], headers, body);
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancel)
    {
        var line = new List<byte>();
        var next = new byte[1];
        while (await stream.ReadAsync(next, cancel) > 0 && next[0] != '\n') line.Add(next[0]);
        return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
    }
}
