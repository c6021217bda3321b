using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Faults;
using PlantRuntime.Plugins.Simulator.Session;
using PlantRuntime.Plugins.Simulator.Signals;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>The signals of one set of tags. Without latency and faults a read completes at once and allocates nothing.</summary>
internal sealed class SimulatorReader(SimulatorSession session, Signal[] signals, BadTags[] badTags) : IReader
{
    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        var now = await session.AnswerAsync(cancel).ConfigureAwait(false);
        for (var i = 0; i < signals.Length; i++) into.Good(i, signals[i].Next(now));
        foreach (var bad in badTags) bad.Apply(now, into);
    }
}
