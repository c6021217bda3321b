namespace PlantRuntime.Testing;

/// <summary>One <c>Test(…)</c> of a file.</summary>
internal sealed record TestCase(string Name, int Line, Action<Simulation> Body);
