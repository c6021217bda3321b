using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace PlantRuntime.Logging;

/// <summary>One form in which a secret occurs in text: as it is, or encoded. Immutable.</summary>
/// <param name="Text">The characters of the form.</param>
/// <param name="IsBase64">True for base64, of which the text has only the characters that depend on the secret alone.</param>
internal sealed partial record SecretForm(string Text, bool IsBase64 = false)
{
    private static readonly JavaScriptEncoder s_ascii = JavaScriptEncoder.Default;

    /// <summary>Returns the forms of a secret; some may be equal or short.</summary>
    public static IEnumerable<SecretForm> AllOf(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        return Plain(secret).Select(text => new SecretForm(text)).Concat(Enumerable.Range(0, 3).SelectMany(shift => Base64(bytes, shift)));
    }

    /// <summary>True for the characters of base64 and base64url (RFC 4648 §4 and §5).</summary>
    public static bool IsBase64Character(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_' or '=';

    private static IEnumerable<string> Plain(string secret)
    {
        var percent = Uri.EscapeDataString(secret);
        var ascii = s_ascii.Encode(secret);
        return
        [
            secret, secret.Trim(), Blanks().Replace(secret.Trim(), " "),
            percent, ToLowerHex(percent), percent.Replace("%20", "+", StringComparison.Ordinal), WebUtility.UrlEncode(secret),
            ascii, ToLowerHex(ascii), EscapeNonAscii(secret), ToLowerHex(EscapeNonAscii(secret)), EscapeQuotes(secret),
            EscapeQuotes(secret).Replace("/", "\\/", StringComparison.Ordinal),
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret), WebUtility.HtmlEncode(secret),
        ];
    }

    /// <summary>
    /// Returns the base64 of the secret as part of a longer text, of which a number of bytes that is <paramref name="shift"/> modulo 3
    /// stands before it: without the characters that also depend on other bytes.
    /// </summary>
    private static IEnumerable<SecretForm> Base64(byte[] secret, int shift)
    {
        var all = Convert.ToBase64String([.. new byte[shift], .. secret]);
        var (first, end) = ((shift * 8 + 5) / 6, (shift + secret.Length) * 8 / 6);
        if (end <= first) yield break;
        var text = all[first..end];
        yield return new SecretForm(text, IsBase64: true);
        yield return new SecretForm(text.Replace('+', '-').Replace('/', '_'), IsBase64: true);
    }

    /// <summary>Escapes as most JSON encoders do: quotes, backslashes and control characters only.</summary>
    private static string EscapeQuotes(string text) => Special().Replace(text, m => m.Value[0] switch
    {
        '"' or '\\' => "\\" + m.Value,
        '\t' => "\\t",
        '\n' => "\\n",
        '\r' => "\\r",
        var c => $"\\u{(int)c:X4}",
    });

    private static string EscapeNonAscii(string text) => NonAscii().Replace(EscapeQuotes(text), m => $"\\u{(int)m.Value[0]:X4}");

    private static string ToLowerHex(string text) => Hex().Replace(text, m => m.Value.ToLowerInvariant());

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex("[\"\\\\\\u0000-\\u001F]")]
    private static partial Regex Special();

    [GeneratedRegex(@"[^\u0000-\u007F]")]
    private static partial Regex NonAscii();

    [GeneratedRegex(@"%[0-9A-F]{2}|\\u[0-9A-F]{4}")]
    private static partial Regex Hex();
}
