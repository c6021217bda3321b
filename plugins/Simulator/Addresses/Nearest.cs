namespace PlantRuntime.Plugins.Simulator.Addresses;

/// <summary>Finds the word that was probably meant.</summary>
internal static class Nearest
{
    /// <summary>" (did you mean 'period'?)", or an empty text when nothing is near.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var (name, distance) = known.Select(k => (Name: k, Distance: Distance(word.ToUpperInvariant(), k.ToUpperInvariant())))
            .DefaultIfEmpty((Name: "", Distance: int.MaxValue)).MinBy(k => k.Distance);
        return distance <= Math.Max(1, name.Length / 2) ? $" (did you mean '{name}'?)" : "";
    }

    // Edits that lead from one word to the other (Levenshtein), one row of the table at a time.
    private static int Distance(string a, string b)
    {
        // Nobody means a word of ten letters by one of a thousand.
        if (Math.Abs(a.Length - b.Length) > b.Length) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
