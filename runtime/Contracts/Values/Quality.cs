namespace PlantRuntime.Contracts;

/// <summary>How far a value can be trusted. Only <see cref="Good"/> values may be used for decisions.</summary>
public enum Quality : byte
{
    /// <summary>Read from the device and within its range.</summary>
    Good,

    /// <summary>Once good, but not renewed within its time.</summary>
    Stale,

    /// <summary>Outside the range that the site or a recipe allows; the value is null.</summary>
    BadRange,

    /// <summary>The device did not answer, or not rightly.</summary>
    BadComm,

    /// <summary>The device says that it has no such address.</summary>
    BadAddress,

    /// <summary>The device answers with an error of its own: busy, failure, gateway target silent.</summary>
    BadDevice,

    /// <summary>The bytes are there but are no value of the tag's type.</summary>
    BadType,
}
