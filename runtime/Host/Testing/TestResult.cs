namespace PlantRuntime.Host.Testing;

/// <summary>What became of a test.</summary>
/// <param name="File">Its file, as a path from the site's folder.</param>
/// <param name="Name">Its name; of a file that cannot be run, what is wrong with that.</param>
/// <param name="Time">How long it took.</param>
/// <param name="Failure">Null when it passed; else where, what and how, in lines.</param>
internal sealed record TestResult(string File, string Name, TimeSpan Time, string? Failure);
