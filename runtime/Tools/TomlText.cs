using System.Globalization;
using System.Text;

namespace PlantRuntime.Tools;

/// <summary>Writes keys and strings of site.toml. Pure.</summary>
internal static class TomlText
{
    /// <summary>Returns a string in quotes; the characters <c>$</c> of the text do not begin a variable.</summary>
    public static string Quote(string text) => Basic(text.Replace("$", "$$", StringComparison.Ordinal));

    /// <summary>
    /// Returns a string that an environment variable replaces. A default with characters that have a meaning there is written without the
    /// variable.
    /// </summary>
    public static string Variable(string name, string otherwise) =>
        otherwise.AsSpan().IndexOfAny('$', '{', '}') >= 0 || otherwise.Contains(":-", StringComparison.Ordinal)
            ? Quote(otherwise) : Basic($"${{{name}:-{otherwise}}}");

    /// <summary>Returns a key, in quotes unless it is a bare one.</summary>
    public static string Key(string key) =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : Basic(key);

    /// <summary>Returns a string in quotes, in which <c>$</c> keeps its meaning.</summary>
    public static string Basic(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c)) quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
