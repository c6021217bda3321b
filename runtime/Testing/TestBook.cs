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
    public void Add(string name, int line, Action<Simulation> body) => _tests.Add(new TestCase(name, line, body));
}
