using PlantRuntime.Logging;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Prints each result as it arrives, one line per test with failures in full, and a last line with the counts. Owned by <c>plant test</c>;
/// one call at a time; keeps all results for the JUnit file.
/// </summary>
internal sealed class TestReport(TextWriter output)
{
    private readonly List<TestResult> _results = [];
    private string? _file;

    /// <summary>The results so far, in order.</summary>
    public IReadOnlyList<TestResult> Results => _results;

    /// <summary>The number of failed tests so far.</summary>
    public int Failed => _results.Count(r => r.Failure is not null);

    /// <summary>Prints and keeps a result.</summary>
    public void Add(TestResult result)
    {
        _results.Add(result);
        if (result.File != _file) output.WriteLine(_file = result.File);
        var time = result.Time == TimeSpan.Zero ? "" : FormattableString.Invariant($"  {result.Time.TotalMilliseconds:0} ms");
        output.WriteLine($"  {(result.Failure is null ? "passed" : "FAILED")}  {result.Name}{time}");
        foreach (var line in result.Failure?.Split('\n') ?? []) output.WriteLine($"    {LogText.Sanitize(line, int.MaxValue)}");
    }

    /// <summary>Prints the line with the counts.</summary>
    public void End() => output.WriteLine($"{_results.Count - Failed} passed, {Failed} failed");
}

/// <summary>Describes the result of one test. Immutable.</summary>
/// <param name="File">Its file, as a path from the site's folder.</param>
/// <param name="Name">Name of the test; for a file that cannot run, the expectation that failed.</param>
/// <param name="Time">Duration.</param>
/// <param name="Failure">Null if it passed; otherwise location and reason, in lines.</param>
internal sealed record TestResult(string File, string Name, TimeSpan Time, string? Failure);
