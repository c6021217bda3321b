namespace PlantRuntime.Testing;

/// <summary>Collects the tests of a file while its top level runs; the code that is generated from site.toml hands them over.</summary>
public sealed class TestBook
{
    private readonly List<TestCase> _tests = [];

    internal TestBook()
    {
    }

    internal IReadOnlyList<TestCase> Tests => _tests;

    /// <summary>Takes a test.</summary>
    /// <param name="name">What it proves, in words.</param>
    /// <param name="line">Its line in the file.</param>
    /// <param name="body">Runs it in a simulation of its own.</param>
    /// <exception cref="TestFailedException">It has no name, or that of another.</exception>
    public void Add(string name, int line, Action<Simulation> body)
    {
        if (string.IsNullOrWhiteSpace(name)) throw new TestFailedException("a test needs a name: say what it proves");
        if (_tests.Find(t => t.Name == name) is { } other)
            throw new TestFailedException($"there is a test \"{name}\" already, in line {other.Line}: results could not tell them apart");
        _tests.Add(new TestCase(name, line, body));
    }
}
