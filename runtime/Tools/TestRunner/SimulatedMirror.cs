using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Testing;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Runs a mirror in a test with the operations of the host, between blocks in memory. Created by <see cref="SiteTestHost"/>; called on the
/// thread of the test, one call at a time; does no I/O.
/// </summary>
internal sealed class SimulatedMirror(Mirror mirror, SimulatedBlock source, SimulatedBlock target, TimeProvider time)
{
    private readonly BlockRead _read = new(mirror.SourceAddress, mirror.Bytes, time);
    private readonly BlockWrite _write = new(mirror, time);
    private readonly SimulatedBlockDriver _source = new(source);
    private readonly SimulatedBlockDriver _target = new(target);

    /// <summary>Copies once, as <see cref="MirrorRunner"/> does.</summary>
    public void Copy()
    {
        if (_source.Try(_read) is null) _write.Begin(_read, connects: 0);
        else if (mirror.Watchdog is not null) _write.BeginWithoutImage();
        else return;
        _target.Try(_write);
    }
}

/// <summary>
/// Runs an <c>EncodeTo</c> in a test with the operation of the host, into a block in memory. Created by <see cref="SiteTestHost"/>; called
/// by the recipe on the thread of the test, one call at a time; does no I/O.
/// </summary>
internal sealed class SimulatedBlockOutput(BlockEncoding point, SimulatedBlock target, TimeProvider time) : IBlockOutput
{
    private readonly BlockOutputWrite _write = new(point, time);
    private readonly SimulatedBlockDriver _driver = new(target);

    public void Write(ReadOnlySpan<byte> image, long timestamp)
    {
        _write.Begin(image, timestamp);
        target.Skipped = _driver.Try(_write)?.Message;
    }

    public void Skip(string tag, string why) => target.Skipped = $"{tag} {why}";
}
