namespace PlantRuntime.Host.Sites;

/// <summary>A place in a file of a site; line and column count from 1, columns in characters as an editor shows them.</summary>
/// <param name="File">Path relative to the site folder, with forward slashes.</param>
/// <param name="Line">From 1; 0 when the problem is the whole file's.</param>
/// <param name="Column">From 1.</param>
public readonly record struct Position(string File, int Line, int Column)
{
    /// <summary>
    /// The compiler's form for recipes, <c>recipes/press.csx(4,23)</c>; <c>site.toml:3:5</c> for everything else. Both are links in
    /// editors.
    /// </summary>
    public override string ToString() =>
        Line == 0 ? File
        : File.EndsWith(".csx", StringComparison.OrdinalIgnoreCase) ? $"{File}({Line},{Column})"
        : $"{File}:{Line}:{Column}";
}
