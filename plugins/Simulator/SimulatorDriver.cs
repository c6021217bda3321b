using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Session;
using PlantRuntime.Plugins.Simulator.Signals;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>
/// The driver of one simulated device: creates a signal for each tag and connects through its <see cref="SimulatorSession"/>, which has the
/// latency and the faults. The host makes one call at a time; not thread-safe. It opens no socket and has no background task.
/// </summary>
internal sealed class SimulatorDriver(SimulatorOptions options, TimeProvider time, WireTrace? trace = null) : IDriver
{
    private readonly SimulatorSession _session = new(options, time);
    private readonly WireRecorder? _recorder = trace?.CreateRecorder(static _ => "");
    private bool _isDisposed;

    public string Endpoint { get; } = $"simulator:{options.Seed}";

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var problems = new List<AddressProblem>();
        var signals = new List<Signal>(tags.Count);
        foreach (var tag in tags)
        {
            if (SimulatorAddress.Parse(tag, options.Seed, problems) is { } signal) signals.Add(signal);
        }

        return problems.Count == 0
            ? new SimulatorReader(_session, time, [.. signals], _session.Faults.BadTags(tags), _recorder)
            : throw new AddressException(problems);
    }

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _session.ConnectAsync(cancel);
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _session.Close();
        return ValueTask.CompletedTask;
    }
}
