namespace PlantRuntime.Contracts;

/// <summary>A device refused a write, a block or a question, and says why; the connection is good.</summary>
/// <param name="message">What the device said, in its protocol's words.</param>
public sealed class RefusedException(string message) : Exception(message);
