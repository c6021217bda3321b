namespace PlantRuntime.Host.Sites;

/// <summary>
/// Problems as they are found. Past its limit it only counts, so that a file of rubbish costs no more than a file of mistakes.
/// </summary>
/// <param name="limit">How many problems are kept.</param>
internal sealed class ProblemList(int limit = int.MaxValue)
{
    // A message repeats what was found, which may be a file's worth of text behind a quote that does not end.
    private const int MaxMessage = 600;

    private readonly List<Problem> _items = [];

    /// <summary>The problems kept, in the order they were found.</summary>
    public IReadOnlyList<Problem> Items => _items;

    /// <summary>How many were found, kept or not.</summary>
    public int Count { get; private set; }

    /// <summary>True when further problems are only counted.</summary>
    public bool IsFull => _items.Count >= limit;

    /// <summary>Notes a problem.</summary>
    public void Add(Position at, string message)
    {
        if (!IsFull) _items.Add(new Problem(at, message.Length > MaxMessage ? Shortened(message) : message));
        Count++;
    }

    /// <summary>Takes over the problems of one file, and says how many of them are not shown.</summary>
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
