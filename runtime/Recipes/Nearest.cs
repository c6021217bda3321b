namespace PlantRuntime.Recipes;

/// <summary>Finds what somebody who mistyped a name may have meant.</summary>
internal static class Nearest
{
    /// <summary><c>; did you mean "press"?</c>, or nothing when no name is near.</summary>
    public static string Hint(string word, IEnumerable<string> names) => Name(word, names) is { } name ? $"; did you mean \"{name}\"?" : "";

    /// <summary>The name at the least distance, when that is at most a third of the word; case counts for little.</summary>
    public static string? Name(string word, IEnumerable<string> names)
    {
        string? best = null;
        var least = Math.Max(1, word.Length / 3) + 1;
        foreach (var name in names)
        {
            if (Math.Abs(name.Length - word.Length) >= least) continue;
            var distance = string.Equals(name, word, StringComparison.OrdinalIgnoreCase) ? 0 : Distance(word, name);
            if (distance >= least) continue;
            least = distance;
            best = name;
        }

        return best;
    }

    /// <summary>Edits between two words: insert, delete, replace, swap of neighbours (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[3][];
        for (var i = 0; i < 3; i++) rows[i] = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) rows[0][j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var (current, above, twoAbove) = (rows[i % 3], rows[(i + 2) % 3], rows[(i + 1) % 3]);
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], above[j]) + 1, above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = Math.Min(current[j], twoAbove[j - 2] + 1);
            }
        }

        return rows[a.Length % 3][b.Length];
    }
}
