using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance;

/// <summary>Keeps a plugin's log messages in order. Thread-safe.</summary>
public sealed class CapturingPluginLog : IPluginLog
{
    private readonly List<string> _infos = [];
    private readonly List<string> _warnings = [];
    private readonly Lock _gate = new();

    /// <summary>The messages of <see cref="Info"/> so far.</summary>
    public IReadOnlyList<string> Infos => Copy(_infos);

    /// <summary>The messages of <see cref="Warn"/> so far.</summary>
    public IReadOnlyList<string> Warnings => Copy(_warnings);

    /// <inheritdoc/>
    public void Info(string message) => Add(_infos, message);

    /// <inheritdoc/>
    public void Warn(string message) => Add(_warnings, message);

    private void Add(List<string> lines, string message)
    {
        lock (_gate) lines.Add(message);
    }

    private string[] Copy(List<string> lines)
    {
        lock (_gate) return [.. lines];
    }
}
