namespace PlantRuntime.Plugins.S7;

/// <summary>Finds the word that was probably meant.</summary>
internal static class Nearest
{
    /// <summary>" (did you mean 'DWORD'?)", or an empty text when nothing is near.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var best = known.MinBy(candidate => Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant()));
        return best is not null && Distance(word.ToUpperInvariant(), best.ToUpperInvariant()) <= Math.Max(1, best.Length / 2)
            ? $" (did you mean '{best}'?)"
            : "";
    }

    // Edits that lead from one word to the other (Levenshtein), one row of the table at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
