namespace PlantRuntime.Host.Sites;

/// <summary>A date, a time or both.</summary>
/// <param name="at">Its first character.</param>
/// <param name="dateTimeKind">Which of the four.</param>
/// <param name="value">As written, cut to 100 ns: a date at midnight, a time on 0001-01-01.</param>
/// <param name="offset">Offset from UTC as written, zero unless the kind is <see cref="TomlDateTimeKind.Offset"/>.</param>
internal sealed class TomlDateTime(Position at, TomlDateTimeKind dateTimeKind, DateTime value, TimeSpan offset) : TomlValue(at)
{
    /// <summary>Which of the four.</summary>
    public TomlDateTimeKind DateTimeKind { get; } = dateTimeKind;

    /// <summary>As written: the offset is not applied.</summary>
    public DateTime Value { get; } = value;

    /// <summary>Offset from UTC, from -23:59 to +23:59, which is more than a DateTimeOffset takes.</summary>
    public TimeSpan Offset { get; } = offset;

    /// <inheritdoc/>
    public override string Kind => DateTimeKind switch
    {
        TomlDateTimeKind.LocalDate => "a date",
        TomlDateTimeKind.LocalTime => "a time",
        _ => "a date and time",
    };
}
