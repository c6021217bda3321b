namespace PlantRuntime.Sites;

/// <summary>An error in a file of a site, with its location. Immutable.</summary>
/// <param name="At">The location.</param>
/// <param name="Message">The fault and the expected form.</param>
/// <param name="Id">Number of a compiler's error, such as CS0103; null for other errors.</param>
internal sealed record Problem(SourceLocation At, string Message, string? Id = null)
{
    /// <inheritdoc/>
    public override string ToString() => Id is null ? $"{At}: error: {Message}" : $"{At}: error {Id}: {Message}";
}

/// <summary>A location in a file of a site; line and column count from 1, columns in characters as an editor shows them.</summary>
/// <param name="File">Path relative to the site folder, with forward slashes; absolute for a tag table of the product.</param>
/// <param name="Line">From 1; 0 if the problem concerns the whole file.</param>
/// <param name="Column">From 1.</param>
public readonly record struct SourceLocation(string File, int Line, int Column)
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

/// <summary>
/// Collects the problems of a file or site in the order in which they are found. Above its limit it only counts them, which bounds memory
/// and output for a file that is not TOML or CSV at all. Not thread-safe.
/// </summary>
/// <param name="limit">Number of problems that are kept.</param>
internal sealed class ProblemList(int limit = int.MaxValue)
{
    // A message contains the text that was found, which after a missing closing quote can be the rest of the file.
    private const int MaxMessage = 600;

    private readonly List<Problem> _items = [];

    /// <summary>The problems kept, in the order they were found.</summary>
    public IReadOnlyList<Problem> Items => _items;

    /// <summary>Number of problems found, kept or not.</summary>
    public int Count { get; private set; }

    /// <summary>True when further problems are only counted.</summary>
    public bool IsFull => _items.Count >= limit;

    /// <summary>Adds a problem.</summary>
    public void Add(SourceLocation at, string message)
    {
        if (!IsFull) _items.Add(new Problem(at, message.Length > MaxMessage ? Shortened(message) : message));
        Count++;
    }

    /// <summary>Adds the problems of one file, and one more with the number of those that are not kept.</summary>
    public void AddAll(ProblemList other)
    {
        foreach (var problem in other.Items) Add(problem.At, problem.Message);
        if (other.Count > other.Items.Count)
        {
            var last = other.Items[^1].At;
            Add(last, $"{other.Count - other.Items.Count} more problems in {last.File} are not shown");
        }
    }

    private static string Shortened(string message) => $"{message[..(MaxMessage / 2)]} … {message[^(MaxMessage / 2)..]}";
}
