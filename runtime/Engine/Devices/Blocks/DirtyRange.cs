namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>Finds ranges of bytes that differ between two images. Pure; allocates nothing.</summary>
internal static class DirtyRange
{
    /// <summary>
    /// Ranges that are closer together than this are joined. 32 bytes: a further request costs about as much as sending that many.
    /// </summary>
    public const int Gap = 32;

    /// <summary>
    /// Finds the next range at or after <paramref name="from"/>: from <paramref name="start"/> up to,
    /// not including, <paramref name="end"/>.
    /// </summary>
    public static bool TryFind(ReadOnlySpan<byte> old, ReadOnlySpan<byte> now, int from, out int start, out int end)
    {
        start = end = from + old[from..].CommonPrefixLength(now[from..]);
        for (var i = start; i < now.Length && i - end < Gap; i++)
        {
            if (old[i] != now[i]) end = i + 1;
        }

        return end > start;
    }
}
