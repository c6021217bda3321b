namespace PlantRuntime.Testing;

/// <summary>A test found something that it did not expect.</summary>
/// <param name="message">A line that says what; further lines show it.</param>
public sealed class TestFailedException(string message) : Exception(message);
