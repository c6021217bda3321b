using System.Runtime.CompilerServices;

namespace PlantRuntime.Logging;

/// <summary>
/// Builds the text of a log line from an interpolated string; the compiler generates the calls: <c>log.Warn($"RETRY sink={name}
/// reason=\"{text}\"")</c>. If the level is off, no value is evaluated or formatted. Literals are copied. Values are formatted with the
/// invariant culture, escaped and limited (<see cref="LogText"/>); one that stands outside quotes is quoted if it has blanks, quotes,
/// backslashes or <c>=</c>. Lives within one call of the log, on one thread; writes nothing itself.
/// </summary>
[InterpolatedStringHandler]
public readonly struct LogLine<TLevel>
    where TLevel : ILogLevel
{
    private readonly LineBuilder? _builder;

    /// <summary>Called by the compiler for the methods of <see cref="PlantLog"/> that have the level in their name.</summary>
    public LogLine(int literals, int values, PlantLog log, out bool isEnabled)
        : this(literals, values, log, TLevel.Level, out isEnabled)
    {
    }

    /// <summary>Called by the compiler for <see cref="PlantLog.Write(LogLevel, LogLine{ErrorLevel})"/>.</summary>
    public LogLine(int literals, int values, PlantLog log, LogLevel level, out bool isEnabled)
        : this(literals, values, log.IsEnabled(level), out isEnabled)
    {
    }

    /// <summary>Called by the compiler for <see cref="LogFields.When"/>.</summary>
    public LogLine(int literals, int values, bool condition, out bool isEnabled)
    {
        _ = (literals, values);
        isEnabled = condition;
        if (isEnabled) _builder = LineBuilder.Rent();
    }

    /// <summary>Called by the compiler for <see cref="LogFields.From"/>.</summary>
    public LogLine(int literals, int values)
        : this(literals, values, condition: true, out _)
    {
    }

    public void AppendLiteral(string literal) => _builder!.Literal(literal);

    public void AppendFormatted(LogFields fields) => _builder!.Fields(fields);

    public void AppendFormatted(string? text) => _builder!.Value(text);

    public void AppendFormatted(ReadOnlySpan<char> text) => _builder!.Value(text);

    public void AppendFormatted<T>(T value, int alignment = 0, string? format = null) => _builder!.Value(value, alignment, format);

    public void AppendFormatted<T>(T value, string? format) => _builder!.Value(value, alignment: 0, format);

    /// <summary>The text; null if the level is off. Called once.</summary>
    internal string? TryComplete() => _builder?.Complete();

    internal string ToText() => TryComplete() ?? "";
}
