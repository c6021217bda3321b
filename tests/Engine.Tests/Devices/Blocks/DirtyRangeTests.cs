using PlantRuntime.Engine.Devices.Blocks;

namespace PlantRuntime.Engine.Tests.Devices.Blocks;

public class DirtyRangeTests
{
    [Fact]
    public void Runs_cover_every_difference_and_begin_and_end_at_one()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        for (var round = 0; round < 2000; round++)
        {
            var old = new byte[random.Next(1, 200)];
            var now = (byte[])old.Clone();
            for (var i = random.Next(6); i > 0; i--) now[random.Next(now.Length)] = 1;
            var end = 0;
            for (var last = -DirtyRange.Gap; DirtyRange.TryFind(old, now, end, out var start, out end); last = end)
            {
                Assert.True(start - last >= DirtyRange.Gap, $"seed {Seed}, round {round}: runs at {last} and {start} are one");
                Assert.Equal((1, 1), (now[start], now[end - 1]));
                now.AsSpan(start, end - start).CopyTo(old.AsSpan(start));
            }

            Assert.Equal(now, old);
        }
    }
}
