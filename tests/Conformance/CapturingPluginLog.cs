using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance;

/// <summary>Keeps what a plugin says, in order. Safe to use from several threads.</summary>
public sealed class CapturingPluginLog : IPluginLog
{
    private readonly List<string> _infos = [];
    private readonly List<string> _warnings = [];
    private readonly Lock _gate = new();

    /// <summary>What was said with <see cref="Info"/> until now.</summary>
    public IReadOnlyList<string> Infos => Copy(_infos);

    /// <summary>What was said with <see cref="Warn"/> until now.</summary>
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
