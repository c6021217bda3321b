namespace PlantRuntime.Testing;

/// <summary>
/// Collects the tests of a file while its top level runs; called by code generated from site.toml. Used on the test's thread; not
/// thread-safe.
/// </summary>
public sealed class TestRegistry
{
    private readonly List<TestCase> _tests = [];

    internal TestRegistry()
    {
    }

    internal IReadOnlyList<TestCase> Tests => _tests;

    /// <summary>Adds a test.</summary>
    /// <param name="name">Name of the test, unique in its file.</param>
    /// <param name="line">Line in the file.</param>
    /// <param name="body">Runs the test in a new simulation.</param>
    /// <exception cref="TestFailedException">The name is empty or already used.</exception>
    public void Add(string name, int line, Action<Simulation> body)
    {
        if (string.IsNullOrWhiteSpace(name)) throw new TestFailedException("a test needs a name: state what it proves");
        if (_tests.Find(t => t.Name == name) is { } other)
            throw new TestFailedException($"there is already a test \"{name}\" in line {other.Line}: give each test its own name");
        _tests.Add(new TestCase(name, line, body));
    }
}

/// <summary>One <c>Test(…)</c> of a file: name, line from 1, and the code that runs it in a new simulation.</summary>
internal sealed record TestCase(string Name, int Line, Action<Simulation> Body);
