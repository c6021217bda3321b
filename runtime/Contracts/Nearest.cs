namespace PlantRuntime.Contracts;

/// <summary>The known word that somebody probably meant.</summary>
public static class Nearest
{
    // Longer words are no slips of the finger, and comparing costs length times length.
    private const int MaxLength = 64;

    /// <summary>
    /// The known word with the fewest slips (Damerau-Levenshtein: a letter wrong, missing, too many or swapped), or null when none is near.
    /// </summary>
    public static string? Find(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > MaxLength) return null;
        string? best = null;
        var limit = Math.Max(1, (word.Length + 1) / 3) + 1;
        foreach (var candidate in known)
        {
            if (candidate.Length > MaxLength || Math.Abs(candidate.Length - word.Length) >= limit) continue;
            var slips = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (slips >= limit || slips >= candidate.Length) continue;
            (best, limit) = (candidate, slips);
        }

        return best;
    }

    /// <summary><c>: did you mean "poll"?</c>, or <paramref name="otherwise"/> when no word is near.</summary>
    public static string Hint(string word, IEnumerable<string> known, string otherwise = "") =>
        Find(word, known) is { } near ? $": did you mean \"{near}\"?" : otherwise;

    /// <summary>The same within a sentence, <c> (did you mean 'poll'?)</c>; empty when no word is near.</summary>
    public static string Aside(string word, IEnumerable<string> known) => Find(word, known) is { } near ? $" (did you mean '{near}'?)" : "";

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
