using System.Text;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>
/// Encodes texts as PostgreSQL accepts them: valid Unicode without NUL (Documentation 15, 8.3). Part of <see cref="BatchRows"/>; one call
/// at a time; performs no I/O.
/// </summary>
internal sealed class TextEncoder(CopyBuffer rows, NulCharacterPolicy nul)
{
    private static ReadOnlySpan<byte> NulEscape => "\\u0000"u8;

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="what">Name of the text for the error.</param>
    /// <exception cref="UnstorableException">PostgreSQL cannot store the text.</exception>
    public void Write(string text, string what)
    {
        var start = rows.Length;
        try
        {
            if (!rows.Text(text).Contains((byte)0)) return;
            if (nul == NulCharacterPolicy.Reject) throw new UnstorableException(DescribeNul(what));
            rows.Truncate(start);
            rows.Text(nul == NulCharacterPolicy.Symbol ? text.Replace('\0', '\u2400') : text.Replace("\0", "", StringComparison.Ordinal));
        }
        catch (EncoderFallbackException)
        {
            throw new UnstorableException($"{what} is no Unicode text: it contains half of a surrogate pair");
        }
    }

    /// <summary>Encodes valid JSON for a column of type jsonb, whose texts cannot contain NUL either.</summary>
    /// <inheritdoc cref="Write"/>
    public void WriteJsonb(ReadOnlySpan<byte> utf8, string what)
    {
        if (utf8.IndexOf(NulEscape) < 0)
        {
            rows.Jsonb(utf8);
            return;
        }

        var changed = new byte[utf8.Length];
        var length = 0;
        for (var at = 0; at < utf8.Length;)
        {
            var rest = utf8[at..];
            if (rest.StartsWith(NulEscape))
            {
                if (nul == NulCharacterPolicy.Reject) throw new UnstorableException(DescribeNul(what));
                if (nul == NulCharacterPolicy.Symbol) length += Encoding.UTF8.GetBytes("\u2400", changed.AsSpan(length));
                at += NulEscape.Length;
                continue;
            }

            // A backslash that is itself escaped begins no escape: \\u0000 is a backslash and five characters.
            var count = rest[0] == (byte)'\\' ? 2 : 1;
            rest[..count].CopyTo(changed.AsSpan(length));
            length += count;
            at += count;
        }

        rows.Jsonb(changed.AsSpan(0, length));
    }

    private static string DescribeNul(string what) =>
        $"{what} has the character NUL, which PostgreSQL cannot store (nul = \"remove\" stores the text without it)";
}

/// <summary>Thrown for a record that can never be stored. <see cref="BatchRows"/> collects these for the host.</summary>
internal sealed class UnstorableException(string message) : Exception(message);
