namespace PlantRuntime.Contracts;

/// <summary>The quality of a value. Only <see cref="Good"/> values may be used for decisions.</summary>
public enum Quality : byte
{
    /// <summary>Read from the device and within its range.</summary>
    Good,

    /// <summary>The value was good, but was not updated within its time.</summary>
    Stale,

    /// <summary>The value is outside the range in site.toml or a recipe; the value is null.</summary>
    BadRange,

    /// <summary>The device did not answer, or sent an invalid answer.</summary>
    BadComm,

    /// <summary>The device reports that the address does not exist.</summary>
    BadAddress,

    /// <summary>The device reports an error: busy, failure, no answer behind a gateway.</summary>
    BadDevice,

    /// <summary>The bytes are not a valid value of the tag's type.</summary>
    BadType,
}

/// <summary>Formats qualities for records and logs.</summary>
public static class QualityText
{
    /// <summary>Returns "GOOD", "BAD_RANGE" and so on. The strings are constants; nothing is allocated.</summary>
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
