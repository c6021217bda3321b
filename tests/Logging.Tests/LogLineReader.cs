using System.Globalization;
using System.Text;

namespace PlantRuntime.Logging.Tests;

/// <summary>Reads <c>key=value</c> pairs as a log collector does: values end at a blank, quoted ones at the closing quote.</summary>
internal static class LogLineReader
{
    public static Dictionary<string, string> Read(string line)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < line.Length; at++)
        {
            var equals = line.IndexOf('=', at);
            var key = line[at..equals];
            at = equals + 1;
            var value = new StringBuilder();
            if (at < line.Length && line[at] == '"')
            {
                for (at++; line[at] != '"'; at++) value.Append(line[at] == '\\' ? Unescape(line, ref at) : line[at]);
                at++;
            }
            else
            {
                for (; at < line.Length && line[at] != ' '; at++) value.Append(line[at]);
            }

            fields.Add(key, value.ToString());
        }

        return fields;
    }

    private static char Unescape(string line, ref int at)
    {
        switch (line[++at])
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u':
                at += 4;
                return (char)int.Parse(line.AsSpan(at - 3, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            default: return line[at];
        }
    }
}
