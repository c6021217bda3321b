namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Runs of bytes that differ between two images.</summary>
internal static class ChangedRun
{
    /// <summary>A request costs about as much as so many bytes: runs that lie closer together are one.</summary>
    public const int Gap = 32;

    /// <summary>Finds the next run from a place on: from <paramref name="start"/> up to, not with, <paramref name="end"/>.</summary>
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
