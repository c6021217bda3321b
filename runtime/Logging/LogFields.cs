using System.Runtime.CompilerServices;

namespace PlantRuntime.Logging;

/// <summary>
/// Holds one or more <c>key=value</c> pairs that are already escaped; a log line copies them unchanged. The default value is empty. A blank
/// that separates them from the text before is part of them. Immutable.
/// </summary>
public readonly struct LogFields
{
    private readonly string? _text;

    private LogFields(string text) => _text = text;

    /// <summary>Builds fields; every value is escaped as in a log line.</summary>
    public static LogFields From(LogLine<ErrorLevel> fields) => new(fields.ToText());

    /// <summary>Builds fields if the condition is true; otherwise they are empty and their values are not evaluated.</summary>
    public static LogFields When(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] LogLine<ErrorLevel> fields) =>
        new(condition ? fields.ToText() : "");

    /// <summary>Joins several fields, each with a blank before it.</summary>
    public static LogFields Join(IEnumerable<LogFields> fields) => new(string.Concat(fields.Select(f => " " + f.ToString().TrimStart())));

    public override string ToString() => _text ?? "";
}
