using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Recipes;
using PlantRuntime.Testing;

namespace PlantRuntime.Host.Testing;

/// <summary>A mirror of a test: the host's own reading and writing, between blocks in memory.</summary>
internal sealed class SimulatedMirror(Mirror mirror, SimulatedBlock source, SimulatedBlock target, TimeProvider time)
{
    private readonly BlockRead _read = new(mirror.SourceAddress, mirror.Bytes, time);
    private readonly BlockWrite _write = new(mirror, time);
    private readonly SimulatedBlockDriver _source = new(source);
    private readonly SimulatedBlockDriver _target = new(target);

    /// <summary>One beat, as <see cref="MirrorRunner"/> does it.</summary>
    public void Copy()
    {
        if (_source.Try(_read) is null) _write.Begin(_read, connects: 0);
        else if (mirror.Watchdog is not null) _write.BeginWithout();
        else return;
        _target.Try(_write);
    }
}
