namespace PlantRuntime.Contracts;

/// <summary>Finds the known word nearest to a misspelt one, for error messages. Pure.</summary>
public static class Nearest
{
    // Longer words are not typing errors, and a comparison costs length times length.
    private const int MaxLength = 64;

    /// <summary>
    /// Returns the known word with the fewest edits (a letter wrong, missing, added, or two swapped), the first of equals; null if none is
    /// near, which means at most one edit for every three letters. Case is ignored.
    /// </summary>
    public static string? Find(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > MaxLength) return null;
        string? best = null;
        var limit = Math.Max(1, (word.Length + 1) / 3) + 1;
        foreach (var candidate in known)
        {
            if (candidate.Length > MaxLength || Math.Abs(candidate.Length - word.Length) >= limit) continue;
            var edits = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (edits >= limit || edits >= candidate.Length) continue;
            (best, limit) = (candidate, edits);
        }

        return best;
    }

    /// <summary>
    /// Returns <c>: did you mean "poll"?</c> for the end of a message, or <paramref name="otherwise"/> if no word is near.
    /// </summary>
    public static string DidYouMean(string word, IEnumerable<string> known, string otherwise = "") =>
        Find(word, known) is { } near ? $": did you mean \"{near}\"?" : otherwise;

    /// <summary>Returns <c> (did you mean 'poll'?)</c> for the middle of a message; empty if no word is near.</summary>
    public static string DidYouMeanInline(string word, IEnumerable<string> known) => Find(word, known) is { } near
        ? $" (did you mean '{near}'?)" : "";

    /// <summary>Returns the optimal string alignment distance.</summary>
    private static int Distance(string a, string b)
    {
        Span<int> beforeLast = stackalloc int[MaxLength + 1];
        Span<int> last = stackalloc int[MaxLength + 1];
        Span<int> row = stackalloc int[MaxLength + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(last[j], row[j - 1]) + 1);
                var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if (swapped) row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            last.CopyTo(beforeLast);
            row.CopyTo(last);
        }

        return last[b.Length];
    }
}
