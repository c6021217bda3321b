using System.Security.Cryptography;
using System.Text;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Chains the lines of the audit log: the last field of each is <c>"prev"</c>, the SHA-256 of the whole line before it, without its line
/// end. A line that is changed, removed or inserted does not fit the one behind it. The first line of a log has zeros. Stateless.
/// </summary>
internal static class AuditChain
{
    private const int HashLength = 64;
    private const int MostLineBytes = 1 << 20;

    /// <summary>The hash that the first line of a log names.</summary>
    public static readonly string Beginning = new('0', HashLength);

    private static readonly byte[] s_field = ",\"prev\":\""u8.ToArray();

    /// <summary>The path of the log that is written.</summary>
    public static string PathOf(string siteFolder) => Path.Combine(SiteFolders.Logs(siteFolder), "audit.jsonl");

    /// <summary>Returns the line with the hash of the line before it.</summary>
    /// <param name="line">A JSON object and its line end.</param>
    /// <param name="previous">The hash of the line before it.</param>
    public static byte[] Link(ReadOnlySpan<byte> line, string previous) =>
        [.. line[..^2], .. s_field, .. Encoding.ASCII.GetBytes(previous), .. "\"}\n"u8];

    /// <summary>Returns the hash of a line without its line end.</summary>
    public static string HashOf(ReadOnlySpan<byte> line) => Convert.ToHexStringLower(SHA256.HashData(line));

    /// <summary>
    /// Returns the hash that a line names; null for a line that is incomplete, or was written before the log had a chain. Quotes within
    /// JSON texts are escaped, so no value looks like the field.
    /// </summary>
    public static string? PreviousOf(ReadOnlySpan<byte> line)
    {
        var tail = s_field.Length + HashLength + 2;
        if (line.Length < tail || !line.EndsWith("\"}"u8)) return null;
        line = line[^tail..];
        return line.StartsWith(s_field) ? Encoding.ASCII.GetString(line.Slice(s_field.Length, HashLength)) : null;
    }

    /// <summary>
    /// Returns the hash of the last line of the log, complete or not; of the newest full file if the current one is empty or missing.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string ReadLast(string path) =>
        (LastLine(path) ?? LastLine(Path.ChangeExtension(path, ".1.jsonl"))) is { } line ? HashOf(line) : Beginning;

    private static byte[]? LastLine(string path)
    {
        if (!File.Exists(path)) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var tail = new byte[Math.Min(file.Length, MostLineBytes)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        var end = tail.AsSpan().EndsWith("\n"u8) ? tail.Length - 1 : tail.Length;
        return end <= 0 ? null : tail[(tail.AsSpan(0, end).LastIndexOf((byte)'\n') + 1)..end];
    }
}
