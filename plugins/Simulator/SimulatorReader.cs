using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Faults;
using PlantRuntime.Plugins.Simulator.Session;
using PlantRuntime.Plugins.Simulator.Signals;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>
/// Reads the signals of one set of tags. The host calls <see cref="ReadAsync"/>, one call at a time; not thread-safe. It owns its signals
/// and bad tags and shares the driver's session. A read without latency completes at once and allocates nothing.
/// </summary>
internal sealed class SimulatorReader(
    SimulatorSession session, TimeProvider time, Signal[] signals, BadTags[] badTags, WireRecorder? recorder) : IReader
{
    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (recorder is { IsOn: true }) recorder.Note(true, $"read {signals.Length} simulated tags, which have no bytes", 0);
        var latency = session.Ask();
        if (latency != TimeSpan.Zero) return ReadLaterAsync(latency, into, cancel);
        Fill(into);
        return default;
    }

    // A separate method, so that a read without a wait allocates nothing even in a debug build, where each async method is an object.
    private async ValueTask ReadLaterAsync(TimeSpan latency, ScanBuffer into, CancellationToken cancel)
    {
        await Task.Delay(latency, time, cancel).ConfigureAwait(false);
        Fill(into);
    }

    private void Fill(ScanBuffer into)
    {
        var now = session.Answer();
        for (var i = 0; i < signals.Length; i++) into.Good(i, signals[i].Next(now));
        foreach (var bad in badTags) bad.Apply(now, into);
        if (recorder is { IsOn: true }) recorder.Note(false, $"reply to read {signals.Length} simulated tags", 0);
    }
}
