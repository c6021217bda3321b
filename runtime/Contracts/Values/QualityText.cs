namespace PlantRuntime.Contracts;

/// <summary>The names of qualities as records and logs carry them.</summary>
public static class QualityText
{
    /// <summary>"GOOD", "BAD_RANGE" and so on: constant strings, nothing is allocated.</summary>
    public static string ToText(this Quality quality) => quality switch
    {
        Quality.Good => "GOOD",
        Quality.Stale => "STALE",
        Quality.BadRange => "BAD_RANGE",
        Quality.BadComm => "BAD_COMM",
        Quality.BadAddress => "BAD_ADDRESS",
        Quality.BadDevice => "BAD_DEVICE",
        Quality.BadType => "BAD_TYPE",
        _ => "BAD",
    };
}
