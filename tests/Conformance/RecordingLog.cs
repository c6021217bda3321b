using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance;

/// <summary>Keeps what a plugin says.</summary>
public sealed class RecordingLog : IPluginLog
{
    private readonly List<string> _lines = [];

    /// <summary>Every line so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <inheritdoc/>
    public void Info(string message) => Add(message);

    /// <inheritdoc/>
    public void Warn(string message) => Add(message);

    private void Add(string message)
    {
        lock (_lines) _lines.Add(message);
    }
}
