namespace PlantRuntime.Host.Sites;

/// <summary>Where reading goes on after a problem.</summary>
internal static class TomlRecovery
{
    /// <summary>
    /// Passes the rest of a statement. One that broke inside brackets may have further lines of them after it, which would only
    /// make more problems of the same one: they are passed up to the next line that looks like a statement of its own.
    /// </summary>
    /// <param name="scanner">The document, at the problem.</param>
    /// <param name="line">The line in which the statement began.</param>
    public static void SkipStatement(TomlScanner scanner, int line)
    {
        var inBrackets = scanner.OpenBrackets > 0;
        scanner.OpenBrackets = 0;

        // The brackets may just lack their end, and this line be the next statement. It is behind `line`, so reading still moves on.
        if (inBrackets && scanner.Line > line) scanner.RewindLine();
        else scanner.SkipLine();
        while (inBrackets && !scanner.AtEnd && !LooksLikeStatement(scanner)) scanner.SkipLine();
    }

    private static bool LooksLikeStatement(TomlScanner scanner)
    {
        var at = 0;
        while (scanner.Peek(at) is ' ' or '\t') at++;
        if (scanner.Peek(at) == '[') return LooksLikeHeader(scanner, at);
        while (IsKey(scanner.Peek(at))) at++;
        return at > 0 && scanner.Peek(at) == '=';
    }

    private static bool LooksLikeHeader(TomlScanner scanner, int at)
    {
        while (scanner.Peek(at) == '[') at++;
        if (!char.IsAsciiLetter((char)Math.Max(0, scanner.Peek(at)))) return false;
        while (IsKey(scanner.Peek(at))) at++;
        return scanner.Peek(at) == ']';
    }

    private static bool IsKey(int c) => TomlKeys.IsBare(c) || c is '.' or ' ' or '\t' or '"' or '\'';
}
