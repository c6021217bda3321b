namespace PlantRuntime.Contracts;

/// <summary>
/// One thing to store: either the samples of a scan, or a payload that a recipe shaped. Exactly one of <see cref="Samples"/> and
/// <see cref="Json"/> is not empty.
/// </summary>
public readonly struct Record
{
    /// <summary>Stable identity.</summary>
    public RecordId Id { get; init; }

    /// <summary>Time of the scan or payload, in UTC.</summary>
    public DateTime Time { get; init; }

    /// <summary>Device that it came from.</summary>
    public string Device { get; init; }

    /// <summary>Samples of one scan; empty for a payload.</summary>
    public ReadOnlyMemory<Sample> Samples { get; init; }

    /// <summary>One JSON object in UTF-8 without line breaks; empty for samples.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>True when a recipe shaped it.</summary>
    public bool IsPayload => !Json.IsEmpty;
}
