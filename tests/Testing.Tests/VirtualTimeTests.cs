using PlantRuntime.Testing.Running;

namespace PlantRuntime.Testing.Tests;

/// <summary>The clock of a test refuses what would depend on real time.</summary>
public sealed class VirtualTimeTests
{
    [Fact]
    public void A_timer_is_refused() =>
        Assert.Throws<NotSupportedException>(() => new VirtualTime().CreateTimer(_ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan));
}
