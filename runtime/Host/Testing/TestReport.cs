namespace PlantRuntime.Host.Testing;

/// <summary>Prints results as they come: a line a test, failures in full, and a last line that counts.</summary>
internal sealed class TestReport(TextWriter output)
{
    private readonly List<TestResult> _results = [];
    private string? _file;

    public IReadOnlyList<TestResult> Results => _results;

    public int Failed => _results.Count(r => r.Failure is not null);

    public void Add(TestResult result)
    {
        _results.Add(result);
        if (result.File != _file) output.WriteLine(_file = result.File);
        var time = result.Time == TimeSpan.Zero ? "" : FormattableString.Invariant($"  {result.Time.TotalMilliseconds:0} ms");
        output.WriteLine($"  {(result.Failure is null ? "passed" : "FAILED")}  {result.Name}{time}");
        foreach (var line in result.Failure?.Split('\n') ?? []) output.WriteLine($"    {line}");
    }

    public void End() => output.WriteLine($"{_results.Count - Failed} passed, {Failed} failed");
}
