using System.Diagnostics;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>Finds where in a recipe something happened.</summary>
internal static class RecipePosition
{
    /// <summary>The innermost frame of an exception that lies in a recipe or a shared script.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="siteFolder">Paths are shown relative to it.</param>
    /// <param name="word">The literal at fault, whose column is wanted; null when there is none.</param>
    public static Position Of(Exception exception, string siteFolder, string? word)
    {
        foreach (var frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetFileName() is { } file && file.EndsWith(".csx", StringComparison.OrdinalIgnoreCase))
                return Of(file, frame.GetFileLineNumber(), frame.GetFileColumnNumber(), siteFolder, word);
        }

        return exception.InnerException is { } inner ? Of(inner, siteFolder, word) : new Position("recipe", 0, 0);
    }

    /// <summary>A statement's place, or that of a literal in it.</summary>
    public static Position Of(string? file, int line, int column, string siteFolder, string? word)
    {
        if (file is null) return new Position("recipe", 0, 0);
        var path = Path.GetFullPath(file, siteFolder);
        var shown = path.StartsWith(siteFolder, StringComparison.Ordinal) ? Path.GetRelativePath(siteFolder, path) : path;
        var at = new Position(shown.Replace('\\', '/'), line, column);
        return word is null ? at : Find(path, at, $"\"{word}\"");
    }

    /// <summary>Statements are long, with an operator a line: the literal is looked for from the statement's start.</summary>
    private static Position Find(string path, Position at, string literal)
    {
        if (!File.Exists(path)) return at;
        var lines = File.ReadAllLines(path);
        for (var i = Math.Max(0, at.Line - 1); i < lines.Length && i < at.Line + 50; i++)
        {
            // Not before the statement, unless the column is not the file's own: what the compiler put into a lambda moves what follows.
            var from = i == at.Line - 1 ? Math.Min(Math.Max(0, at.Column - 1), lines[i].Length) : 0;
            var found = lines[i].IndexOf(literal, from, StringComparison.Ordinal);
            if (found < 0) found = lines[i].IndexOf(literal, StringComparison.Ordinal);
            if (found >= 0) return at with { Line = i + 1, Column = found + 2 };
        }

        return at;
    }
}
