namespace PlantRuntime.Host.Sites;

/// <summary>The four date-times of TOML.</summary>
internal enum TomlDateTimeKind
{
    /// <summary>A moment: date, time and offset from UTC.</summary>
    Offset,

    /// <summary>Date and time on some wall.</summary>
    Local,

    /// <summary>A day.</summary>
    LocalDate,

    /// <summary>A time of any day.</summary>
    LocalTime,
}
