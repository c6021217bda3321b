using System.Globalization;
using System.Text;

namespace PlantRuntime.Logging;

/// <summary>
/// Builds the text of one log line: copies literals, escapes values, and quotes a value that stands outside quotes and could not be read
/// back otherwise. Rented by one <see cref="LogLine{TLevel}"/> at a time and used on its thread only; one builder per thread is kept for
/// the next line. Does no I/O.
/// </summary>
internal sealed class LineBuilder
{
    /// <summary>16 K characters: a builder that grew larger is not kept, so that one long line does not hold memory.</summary>
    private const int MaxKept = 16 << 10;

    /// <summary>An exception with its stack trace may be longer than other values.</summary>
    private const int MaxException = 8 << 10;

    [ThreadStatic]
    private static LineBuilder? t_kept;

    private readonly StringBuilder _text = new(256);
    private int _valueStart;
    private Quotes _quotes;

    /// <summary>Returns the builder kept for this thread, or a new one.</summary>
    public static LineBuilder Rent()
    {
        var builder = t_kept ?? new LineBuilder();
        t_kept = null;
        return builder;
    }

    /// <summary>Returns the line and gives the builder back.</summary>
    public string Complete()
    {
        CloseAdded();
        var text = _text.ToString();
        _text.Clear();
        (_valueStart, _quotes) = (0, Quotes.None);
        if (_text.Capacity <= MaxKept) t_kept = this;
        return text;
    }

    /// <summary>Appends text from the source code, unescaped, and tracks whether its quotes are open.</summary>
    public void Literal(string literal)
    {
        foreach (var c in literal)
        {
            if (c == ' ') CloseAdded();
            if (c == '"' && _quotes == Quotes.Added) _text.Append('\\');
            _text.Append(c);
            if (_quotes == Quotes.Added) continue;
            if (c == '"') _quotes = _quotes == Quotes.None ? Quotes.Written : Quotes.None;
            if (_quotes == Quotes.None && c is ' ' or '=') _valueStart = _text.Length;
        }
    }

    /// <summary>Appends fields that are escaped already.</summary>
    public void Fields(LogFields fields)
    {
        var text = fields.ToString();
        if (text.Length == 0) return;
        CloseAdded();
        _text.Append(text);
        _valueStart = _text.Length;
    }

    /// <summary>Appends a text value: secrets masked, escaped, quoted if needed, cut at <paramref name="limit"/> characters.</summary>
    public void Value(ReadOnlySpan<char> text, int limit = LogText.MaxLength) => Append(SecretMask.Apply(text), limit);

    /// <summary>
    /// Formats a value with the invariant culture. A value that fails to describe itself is named by its type: a line is never lost.
    /// </summary>
    public void Value<T>(T value, int alignment, string? format)
    {
        var text = Text(value, format);
        if (alignment != 0) text = alignment > 0 ? text.PadLeft(alignment) : text.PadRight(-alignment);
        // Numbers are the host's own: a secret of digits must not make them unreadable.
        if (typeof(T).IsPrimitive) Append(text, LogText.MaxLength);
        else Value(text, value is Exception ? MaxException : LogText.MaxLength);
    }

    private void Append(ReadOnlySpan<char> text, int limit)
    {
        if (_quotes == Quotes.None && LogText.NeedsQuotes(text, limit))
        {
            _text.Insert(_valueStart, '"');
            _quotes = Quotes.Added;
        }

        if (_quotes == Quotes.None) _text.Append(text);
        else LogText.Append(_text, text, isQuoted: true, limit);
    }

    private static string Text<T>(T value, string? format)
    {
        try
        {
            return value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString() ?? "";
        }
        catch (Exception exception)
        {
            return $"({value!.GetType()} cannot describe itself: {exception.GetType()})";
        }
    }

    private void CloseAdded()
    {
        if (_quotes != Quotes.Added) return;
        _text.Append('"');
        _quotes = Quotes.None;
    }

    /// <summary>Tells whether the text at the end of the line is within quotes, and who closes them.</summary>
    private enum Quotes
    {
        /// <summary>The end of the line is not within quotes.</summary>
        None,

        /// <summary>Opened by a literal of the line, and closed by one.</summary>
        Written,

        /// <summary>Put around a value that needs them, and closed at the next blank of a literal.</summary>
        Added,
    }
}
