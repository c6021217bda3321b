namespace PlantRuntime.Recipes;

/// <summary>One <c>MirrorTo</c> of a recipe. Equal ones mean the same, so that a reload can leave them alone.</summary>
/// <param name="Source">Device that is read.</param>
/// <param name="SourceAddress">Block that is read, in its driver's language.</param>
/// <param name="Target">Device that is written.</param>
/// <param name="TargetAddress">Block that is written, in its driver's language.</param>
/// <param name="Bytes">Bytes that are copied.</param>
/// <param name="Every">Time between two copies.</param>
/// <param name="MaxAge">How long ago an image may have been read when it is written.</param>
/// <param name="ChangedOnly">True when only bytes that changed are written.</param>
/// <param name="Watchdog">Byte of the target, beyond the copied ones, that says how it stands; null for none.</param>
internal sealed record Mirror(
    string Source, string SourceAddress, string Target, string TargetAddress, int Bytes, TimeSpan Every, TimeSpan MaxAge, bool ChangedOnly,
    int? Watchdog)
{
    /// <summary>Length of the target with its watchdog.</summary>
    public int TargetBytes => Math.Max(Bytes, (Watchdog + 1) ?? 0);

    /// <summary>As log lines name it.</summary>
    public override string ToString() => $"from={Source}.{SourceAddress} to={Target}.{TargetAddress}";
}
