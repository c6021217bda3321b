namespace PlantRuntime.Host.Control;

/// <summary>A command that cannot be done, in words for the one who gave it.</summary>
internal sealed class ControlException(string message) : Exception(message);
