namespace PlantRuntime.Host.Cli;

/// <summary>One step of a device's examination.</summary>
/// <param name="Name">What was looked at: "port", "tags".</param>
/// <param name="IsWell">False when it failed.</param>
/// <param name="Found">What was found, or what went wrong.</param>
/// <param name="Advice">What to do, one line each; empty when it is well.</param>
internal sealed record ExamStep(string Name, bool IsWell, string Found, params IReadOnlyList<string> Advice);
