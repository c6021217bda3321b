namespace PlantRuntime.Contracts;

/// <summary>A size in bytes; in site.toml <c>"512MB"</c>. KB, MB and GB are powers of 1024, as disks of gateways are reckoned.</summary>
/// <param name="Bytes">Number of bytes.</param>
public readonly record struct ByteSize(long Bytes)
{
    /// <inheritdoc/>
    public override string ToString() => Bytes switch
    {
        >= 1L << 30 when Bytes % (1L << 30) == 0 => $"{Bytes >> 30}GB",
        >= 1L << 20 when Bytes % (1L << 20) == 0 => $"{Bytes >> 20}MB",
        >= 1L << 10 when Bytes % (1L << 10) == 0 => $"{Bytes >> 10}KB",
        _ => $"{Bytes}B",
    };
}
