using System.Globalization;
using System.Text;

namespace PlantRuntime.Influx.Tests.Testing;

/// <summary>
/// Reads line protocol as its documentation describes it, character by character. Shares nothing with the writer. Reverses <c>\n</c> and
/// the like in names, which InfluxDB itself leaves as they are.
/// </summary>
internal sealed class LineParser(string text)
{
    private int _at;

    public static IReadOnlyList<ParsedPoint> Parse(string text)
    {
        var parser = new LineParser(text);
        var points = new List<ParsedPoint>();
        while (parser._at < text.Length) points.Add(parser.Point());
        return points;
    }

    private ParsedPoint Point()
    {
        var measurement = Name(", ");
        var tags = new Dictionary<string, string>();
        while (Take(',')) tags.Add(NameBefore('='), Name(", "));
        Expect(' ');
        var fields = new List<KeyValuePair<string, string>>();
        do
        {
            fields.Add(new(NameBefore('='), FieldValue()));
        }
        while (Take(','));
        Expect(' ');
        var end = text.IndexOf('\n', _at);
        var time = long.Parse(text.AsSpan(_at, end - _at), CultureInfo.InvariantCulture);
        _at = end + 1;
        return new ParsedPoint(measurement, tags, fields, time);
    }

    private string FieldValue()
    {
        if (text[_at] == '"') return Quoted();
        var end = text.AsSpan(_at).IndexOfAny(',', ' ') + _at;
        var value = text[_at..end];
        _at = end;
        return value switch
        {
            "true" => "TRUE",
            "false" => "FALSE",
            _ when value[^1] is 'i' => long.Parse(value[..^1], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            _ when value[^1] is 'u' => ulong.Parse(value[..^1], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            _ => value,
        };
    }

    private string Quoted()
    {
        var value = new StringBuilder();
        for (_at++; text[_at] != '"'; _at++)
        {
            if (text[_at] == '\\' && text[_at + 1] is '\\' or '"') _at++;
            value.Append(text[_at]);
        }

        _at++;
        return value.ToString();
    }

    private string NameBefore(char end)
    {
        var name = Name("=");
        Expect(end);
        return name;
    }

    private string Name(string ends)
    {
        var name = new StringBuilder();
        for (; !ends.Contains(text[_at], StringComparison.Ordinal); _at++)
        {
            var escaped = text[_at] == '\\' ? ",= nrtf0".IndexOf(text[_at + 1], StringComparison.Ordinal) : -1;
            name.Append(escaped < 0 ? text[_at] : ",= \n\r\t\f\0"[escaped]);
            if (escaped >= 0) _at++;
        }

        return name.ToString();
    }

    private bool Take(char character)
    {
        if (text[_at] != character) return false;
        _at++;
        return true;
    }

    private void Expect(char character)
    {
        if (!Take(character)) throw new FormatException($"expected '{character}' at {_at} of: {text}");
    }
}
