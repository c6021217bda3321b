namespace PlantRuntime.Recipes.Blocks;

/// <summary>
/// One <c>MirrorTo</c> of a recipe, created by <see cref="Block.MirrorTo"/> and run by the host. Immutable; compared by value, so that a
/// reload keeps an unchanged mirror running.
/// </summary>
/// <param name="Source">Device that is read.</param>
/// <param name="SourceAddress">Address of the block that is read, in the driver's syntax.</param>
/// <param name="Target">Device that is written.</param>
/// <param name="TargetAddress">Address of the block that is written, in the driver's syntax.</param>
/// <param name="Bytes">Number of bytes that are copied.</param>
/// <param name="Every">Interval of the copies.</param>
/// <param name="MaxAge">Largest age of an image when it is written.</param>
/// <param name="ChangedOnly">True if only changed bytes are written.</param>
/// <param name="Watchdog">Index of the status byte in the target, beyond the copied bytes; null for none.</param>
internal sealed record Mirror(
    string Source, string SourceAddress, string Target, string TargetAddress, int Bytes, TimeSpan Every, TimeSpan MaxAge, bool ChangedOnly,
    int? Watchdog)
{
    /// <summary>Length of the target including the watchdog.</summary>
    public int TargetBytes => Math.Max(Bytes, (Watchdog + 1) ?? 0);

    /// <summary>Formats the mirror for log lines.</summary>
    public override string ToString() => $"from={Source}.{SourceAddress} to={Target}.{TargetAddress}";
}
