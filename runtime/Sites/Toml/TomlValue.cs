namespace PlantRuntime.Sites.Toml;

/// <summary>A value of a TOML document and its location.</summary>
/// <param name="at">Its first character.</param>
internal abstract class TomlValue(SourceLocation at)
{
    /// <summary>Its first character; of a table with a header, the header's bracket.</summary>
    public SourceLocation At { get; protected set; } = at;

    /// <summary>The type as error texts name it: "an integer".</summary>
    public abstract string Kind { get; }
}

/// <summary>A string of any of TOML's four forms.</summary>
/// <param name="at">The opening quote.</param>
/// <param name="textAt">The first character inside the quotes.</param>
/// <param name="text">The text, escapes resolved.</param>
/// <param name="isPlain">True when the file contains the text unchanged: on one line and without escapes.</param>
/// <param name="isExpanded">True when an environment variable or its default is a part of the text.</param>
internal sealed class TomlString(SourceLocation at, SourceLocation textAt, string text, bool isPlain, bool isExpanded = false)
    : TomlValue(at)
{
    /// <summary>The text, escapes resolved.</summary>
    public string Text { get; } = text;

    /// <summary>The first character inside the quotes.</summary>
    public SourceLocation TextAt { get; } = textAt;

    /// <summary>
    /// True when an environment variable or its default is a part of the text, which can then be a number or a boolean as well.
    /// </summary>
    public bool IsExpanded { get; } = isExpanded;

    /// <inheritdoc/>
    public override string Kind => "a string";

    /// <summary>
    /// The location of column <paramref name="column"/> (from 1) of the text; the string's beginning when it has escapes or line breaks.
    /// </summary>
    public SourceLocation LocationOf(int column) => isPlain ? TextAt with { Column = TextAt.Column + column - 1 } : TextAt;
}

/// <summary>A signed integer of 64 bits.</summary>
internal sealed class TomlInteger(SourceLocation at, long value) : TomlValue(at)
{
    /// <summary>The number.</summary>
    public long Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "an integer";
}

/// <summary>An IEEE 754 double; infinities and NaN are numbers in TOML.</summary>
internal sealed class TomlFloat(SourceLocation at, double value) : TomlValue(at)
{
    /// <summary>The number.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a float";
}

/// <summary>A boolean.</summary>
internal sealed class TomlBoolean(SourceLocation at, bool value) : TomlValue(at)
{
    /// <summary>true or false.</summary>
    public bool Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a boolean";
}

/// <summary>The four date-times of TOML.</summary>
internal enum TomlDateTimeKind
{
    /// <summary>Date, time and offset from UTC.</summary>
    Offset,

    /// <summary>Date and time without an offset.</summary>
    Local,

    /// <summary>A date.</summary>
    LocalDate,

    /// <summary>A time of any day.</summary>
    LocalTime,
}

/// <summary>A date, a time or both.</summary>
/// <param name="at">Its first character.</param>
/// <param name="dateTimeKind">The kind.</param>
/// <param name="value">As written, cut to 100 ns: a date at midnight, a time on 0001-01-01.</param>
/// <param name="offset">Offset from UTC as written, zero unless the kind is <see cref="TomlDateTimeKind.Offset"/>.</param>
internal sealed class TomlDateTime(SourceLocation at, TomlDateTimeKind dateTimeKind, DateTime value, TimeSpan offset) : TomlValue(at)
{
    /// <summary>The kind.</summary>
    public TomlDateTimeKind DateTimeKind { get; } = dateTimeKind;

    /// <summary>The value as written: the offset is not applied.</summary>
    public DateTime Value { get; } = value;

    /// <summary>Offset from UTC, from -23:59 to +23:59, which is more than a DateTimeOffset accepts.</summary>
    public TimeSpan Offset { get; } = offset;

    /// <inheritdoc/>
    public override string Kind => DateTimeKind switch
    {
        TomlDateTimeKind.LocalDate => "a date",
        TomlDateTimeKind.LocalTime => "a time",
        _ => "a date and time",
    };
}

/// <summary>An array; its items may have different types.</summary>
/// <param name="at">The opening bracket, or the first header of an array of tables.</param>
/// <param name="isOfTables">True when <c>[[headers]]</c> define it and may add to it.</param>
internal sealed class TomlArray(SourceLocation at, bool isOfTables = false) : TomlValue(at)
{
    /// <summary>The items.</summary>
    public List<TomlValue> Items { get; } = [];

    /// <summary>True when <c>[[headers]]</c> define it.</summary>
    public bool IsOfTables { get; } = isOfTables;

    /// <inheritdoc/>
    public override string Kind => "an array";
}
