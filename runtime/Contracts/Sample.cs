namespace PlantRuntime.Contracts;

/// <summary>
/// The value of one tag at one moment. Mutable, so that a <see cref="ScanBuffer"/> and the operators of recipes change it in place; a copy
/// is independent.
/// </summary>
public struct Sample
{
    /// <summary>The tag.</summary>
    public Tag Tag;

    /// <summary>The value; null if the quality is bad.</summary>
    public Value Value;

    /// <summary>Time of the value in UTC: the device's time if it sends one, otherwise the time of the scan.</summary>
    public DateTime Time;

    /// <summary>The quality of the value.</summary>
    public Quality Quality;

    /// <inheritdoc/>
    public readonly override string ToString() => $"{Tag}={Value} {Quality.ToText()}";
}
