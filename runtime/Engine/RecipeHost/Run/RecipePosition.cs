using System.Diagnostics;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Finds the position of an exception or a statement in a recipe. Reads the source file if a literal is searched. Stateless; any thread.
/// </summary>
internal static class RecipePosition
{
    /// <summary>Returns the position of the innermost frame of an exception that lies in a recipe or a shared script.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="siteFolder">Paths are shown relative to it.</param>
    /// <param name="word">The literal whose column is wanted; null for that of the statement.</param>
    public static SourceLocation Of(Exception exception, string siteFolder, string? word)
    {
        foreach (var frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetFileName() is { } file && file.EndsWith(".csx", StringComparison.OrdinalIgnoreCase))
                return Of(file, frame.GetFileLineNumber(), frame.GetFileColumnNumber(), siteFolder, word);
        }

        return exception.InnerException is { } inner ? Of(inner, siteFolder, word) : new SourceLocation("recipe", 0, 0);
    }

    /// <summary>Returns the position of a statement, or of a literal in it.</summary>
    public static SourceLocation Of(string? file, int line, int column, string siteFolder, string? word)
    {
        if (file is null) return new SourceLocation("recipe", 0, 0);
        var path = Path.GetFullPath(file, siteFolder);
        var shown = path.StartsWith(siteFolder, StringComparison.Ordinal) ? Path.GetRelativePath(siteFolder, path) : path;
        var at = new SourceLocation(shown.Replace('\\', '/'), line, column);
        return word is null ? at : Find(path, at, $"\"{word}\"");
    }

    /// <summary>Returns the outermost frame of an exception that lies in this file; null when none does.</summary>
    public static SourceLocation? Outermost(Exception exception, string siteFolder, string file) =>
        new StackTrace(exception, fNeedFileInfo: true).GetFrames()
            .Select(f => Of(f.GetFileName(), f.GetFileLineNumber(), f.GetFileColumnNumber(), siteFolder, word: null))
            .Where(p => p.File == file).Select(p => (SourceLocation?)p).LastOrDefault();

    /// <summary>Searches a literal from the start of its statement over at most 50 lines.</summary>
    private static SourceLocation Find(string path, SourceLocation at, string literal)
    {
        if (!File.Exists(path)) return at;
        var lines = File.ReadAllLines(path);
        for (var i = Math.Max(0, at.Line - 1); i < lines.Length && i < at.Line + 50; i++)
        {
            // Checks that the compiler inserted may have moved the column, so that the whole line is searched when nothing follows it.
            var from = i == at.Line - 1 ? Math.Min(Math.Max(0, at.Column - 1), lines[i].Length) : 0;
            var found = lines[i].IndexOf(literal, from, StringComparison.Ordinal);
            if (found < 0) found = lines[i].IndexOf(literal, StringComparison.Ordinal);
            if (found >= 0) return at with { Line = i + 1, Column = found + 2 };
        }

        return at;
    }
}
