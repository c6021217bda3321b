using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Recipes;
using PlantRuntime.Testing;

namespace PlantRuntime.Host.Testing;

/// <summary>An <c>EncodeTo</c> of a test: the host's own writing, into a block in memory.</summary>
internal sealed class SimulatedImage(ImagePoint point, SimulatedBlock target, TimeProvider time) : IImageOutput
{
    private readonly ImageWrite _write = new(point, time);
    private readonly SimulatedBlockDriver _driver = new(target);

    public void Write(ReadOnlySpan<byte> image, long timestamp)
    {
        _write.Begin(image, timestamp);
        target.Skipped = _driver.Try(_write)?.Message;
    }

    public void Skip(string tag, string why) => target.Skipped = $"{tag} {why}";
}
