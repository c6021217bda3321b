namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Finds the name that a misspelt one probably means. Gives the same answer as <c>Nearest</c> of the contracts, which the compiler does not
/// reference; a property test compares the two. Pure.
/// </summary>
internal static class NearestName
{
    // Longer words are not typing errors, and a comparison costs length times length.
    private const int MaxLength = 64;

    /// <summary>
    /// Returns the candidate with the fewest edits (a letter wrong, missing, added, or two swapped), the first of equals; null when none is
    /// near.
    /// </summary>
    public static string? Find(string word, IEnumerable<string> candidates) => FindAll(word, candidates).FirstOrDefault();

    /// <summary>Returns all near names, those with the fewest edits first.</summary>
    public static IEnumerable<string> FindAll(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > MaxLength) return [];
        var limit = Math.Max(1, (word.Length + 1) / 3) + 1;
        return candidates
            .Where(name => name.Length <= MaxLength && Math.Abs(name.Length - word.Length) < limit)
            .Select(name => (Name: name, Edits: Edits(word.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(near => near.Edits < limit && near.Edits < near.Name.Length)
            .OrderBy(near => near.Edits).Select(near => near.Name);
    }

    /// <summary>The optimal string alignment distance.</summary>
    private static int Edits(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var change = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(change, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[a.Length, b.Length];
    }
}
