using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace PlantRuntime.Logging;

/// <summary>
/// Replaces secrets by asterisks in text that is logged, shown or stored. Servers and devices repeat credentials in what they refuse, so
/// every text passes through here (see <see cref="LogText"/>). The binder of site.toml adds each secret when it reads it, and each new
/// content of its file; earlier contents stay masked. Any thread; a text without a secret is not copied.
/// </summary>
public static class SecretMask
{
    /// <summary>Shorter secrets are not masked: they occur in too many words and numbers.</summary>
    public const int MinLength = 4;

    /// <summary>Replaces a secret.</summary>
    public const string Mask = "***";

    // A part of a secret is masked from this length, if it is at least half of the secret: the far end or a limit has cut the text.
    private const int MinPart = 8;

    // When more contents of files than this have been read, the oldest is dropped; a secret that is still used is added again.
    private const int MaxSecrets = 1000;

    private static readonly Lock s_gate = new();
    private static volatile Snapshot? s_known = Snapshot.From(ProxyPasswords());

    /// <summary>Adds a secret, if it is not known yet. Called whenever a secret is used.</summary>
    public static void Add(string secret)
    {
        if (secret.Length < MinLength || s_known?.Secrets.Contains(secret) == true) return;
        lock (s_gate)
        {
            var before = s_known?.InOrder ?? [];
            if (before.Contains(secret)) return;
            s_known = Snapshot.From([.. before.Skip(before.Length - MaxSecrets + 1), secret]);
        }
    }

    /// <summary>Returns the text with <c>***</c> in place of each form of a secret; the same text if it has none.</summary>
    public static ReadOnlySpan<char> Apply(ReadOnlySpan<char> text) =>
        s_known is { } known && text.IndexOfAny(known.Heads) is var at and >= 0 ? Replace(text, at, known.Forms) : text;

    /// <inheritdoc cref="Apply(ReadOnlySpan{char})"/>
    public static string Apply(string text)
    {
        var masked = Apply(text.AsSpan());
        return masked == text.AsSpan() ? text : masked.ToString();
    }

    /// <summary>
    /// Returns the ranges of bytes that hold a form of a secret, or at least half of one, as UTF-8 or UTF-16; ranges may overlap.
    /// </summary>
    public static IReadOnlyList<(int Start, int Count)> Find(ReadOnlySpan<byte> bytes)
    {
        var found = new List<(int Start, int Count)>();
        foreach (var pattern in s_known?.Patterns.Value ?? [])
        {
            var head = pattern.AsSpan(0, Math.Min(pattern.Length, Math.Max(MinPart, (pattern.Length + 1) / 2)));
            for (var from = 0; bytes[from..].IndexOf(head) is var at and >= 0;)
            {
                var count = bytes[(from + at)..].CommonPrefixLength(pattern);
                found.Add((from + at, count));
                from += at + count;
            }
        }

        return found;
    }

    private static string Replace(ReadOnlySpan<char> text, int at, SecretForm[] forms)
    {
        var masked = new StringBuilder(text.Length);
        masked.Append(text[..at]);
        while (at < text.Length)
        {
            var (length, isBase64) = Match(text[at..], forms);
            if (length == 0)
            {
                masked.Append(text[at++]);
                continue;
            }

            at += length;
            if (isBase64)
            {
                // The characters around it belong to the same token, such as user:password, and hold bits of the secret.
                while (masked.Length > 0 && SecretForm.IsBase64Character(masked[^1])) masked.Length--;
                while (at < text.Length && SecretForm.IsBase64Character(text[at])) at++;
            }

            masked.Append(Mask);
        }

        return masked.ToString();
    }

    /// <summary>Returns the length of the longest form of a secret, or of a part of one, at the beginning of the text.</summary>
    private static (int Length, bool IsBase64) Match(ReadOnlySpan<char> text, SecretForm[] forms)
    {
        var (longest, isBase64) = (0, false);
        foreach (var form in forms)
        {
            var common = text.CommonPrefixLength(form.Text);
            var isCut = common < text.Length && text[common] == '…';
            var isPart = common >= MinPart && common * 2 >= form.Text.Length;
            if (common < MinLength || (common < form.Text.Length && !isCut && !isPart) || common < longest) continue;
            isBase64 = form.IsBase64 && (isBase64 || common > longest);
            longest = common;
        }

        return (longest, isBase64);
    }

    /// <summary>Returns the passwords of proxies in the environment, which HTTP clients use without an option of site.toml.</summary>
    private static string[] ProxyPasswords()
    {
        var names = new[] { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
        return
        [
            .. names.Select(Environment.GetEnvironmentVariable)
                .Select(address => Uri.TryCreate(address, UriKind.Absolute, out var url) ? url.UserInfo : "")
                .Select(user => Uri.UnescapeDataString(user[(user.IndexOf(':', StringComparison.Ordinal) + 1)..]))
                .Where(password => password.Length >= MinLength).Distinct(),
        ];
    }

    /// <summary>The known secrets. Immutable.</summary>
    /// <param name="InOrder">The secrets, the oldest first.</param>
    /// <param name="Secrets">The same, to be looked up.</param>
    /// <param name="Forms">All forms of all secrets.</param>
    /// <param name="Heads">The first characters of the forms.</param>
    private sealed record Snapshot(string[] InOrder, FrozenSet<string> Secrets, SecretForm[] Forms, SearchValues<string> Heads)
    {
        /// <summary>The forms as bytes, made when bytes are searched for the first time.</summary>
        public Lazy<byte[][]> Patterns { get; } = new(() => [.. Forms.SelectMany(f => (byte[][])
            [Encoding.UTF8.GetBytes(f.Text), Encoding.Unicode.GetBytes(f.Text), Encoding.BigEndianUnicode.GetBytes(f.Text)])]);

        public static Snapshot? From(string[] secrets)
        {
            if (secrets.Length == 0) return null;
            SecretForm[] forms = [.. secrets.SelectMany(SecretForm.AllOf).Where(f => f.Text.Length >= MinLength).Distinct()];
            var heads = SearchValues.Create([.. forms.Select(f => f.Text[..MinLength]).Distinct()], StringComparison.Ordinal);
            return new Snapshot(secrets, secrets.ToFrozenSet(), forms, heads);
        }
    }
}
