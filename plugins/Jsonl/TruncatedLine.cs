using Microsoft.Win32.SafeHandles;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>
/// Moves the incomplete last line that a crash or power cut leaves into a file beside it. Its batch was never reported as stored, so the
/// host sends it again; the bytes are kept, because only a person can tell what they were. Called by <see cref="LineFile"/> at each open.
/// </summary>
internal static class TruncatedLine
{
    // Far more than the largest batch: a longer "line" means that the file is something else.
    private const long MaxLength = 64 << 20;
    private const int ChunkSize = 64 << 10;

    /// <summary>Moves the bytes after the last line end to <c>path.torn</c>.</summary>
    /// <returns>Number of bytes moved; 0 if the last line is complete.</returns>
    /// <exception cref="IOException">There is no line end in the last 64 MB.</exception>
    public static long MoveAside(SafeFileHandle file, string path, string aside)
    {
        var length = RandomAccess.GetLength(file);
        var end = EndOfLastLine(file, length, path);
        if (end == length) return 0;
        CopyTo(aside, file, end, length);
        RandomAccess.SetLength(file, end);
        RandomAccess.FlushToDisk(file);
        return length - end;
    }

    private static long EndOfLastLine(SafeFileHandle file, long length, string path)
    {
        var chunk = new byte[Math.Min(length, ChunkSize)];
        for (var end = length; end > 0;)
        {
            if (length - end > MaxLength)
                throw new IOException($"{path} has no line end in its last 64 MB: it is no JSON lines file; give another path");
            var start = Math.Max(0, end - chunk.Length);
            var part = chunk.AsSpan(0, (int)(end - start));
            ReadAll(file, part, start);
            if (part.LastIndexOf((byte)'\n') is var found and >= 0) return start + found + 1;
            end = start;
        }

        return 0;
    }

    private static void CopyTo(string aside, SafeFileHandle file, long start, long end)
    {
        using var target = File.OpenHandle(aside, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        var piece = new byte[end - start + 1];
        ReadAll(file, piece.AsSpan(0, piece.Length - 1), start);
        piece[^1] = (byte)'\n';
        RandomAccess.Write(target, piece, RandomAccess.GetLength(target));
        RandomAccess.FlushToDisk(target);
    }

    private static void ReadAll(SafeFileHandle file, Span<byte> into, long offset)
    {
        while (!into.IsEmpty)
        {
            var count = RandomAccess.Read(file, into, offset);
            if (count == 0) throw new IOException("the file became shorter while its end was read");
            into = into[count..];
            offset += count;
        }
    }
}
