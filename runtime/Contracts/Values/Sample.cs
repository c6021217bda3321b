namespace PlantRuntime.Contracts;

/// <summary>One tag at one moment.</summary>
public struct Sample
{
    /// <summary>Which tag.</summary>
    public Tag Tag;

    /// <summary>Its value; null when there is none to trust or to show.</summary>
    public Value Value;

    /// <summary>When the value held at its source, in UTC: the device's own time where it tells one, else the scan's.</summary>
    public DateTime Time;

    /// <summary>How far it can be trusted.</summary>
    public Quality Quality;

    /// <inheritdoc/>
    public readonly override string ToString() => $"{Tag}={Value} {Quality.ToText()}";
}
