using PlantRuntime.Plugins.Modbus.Session;

namespace PlantRuntime.Modbus.Tests;

public class PipelineDepthTests
{
    [Fact]
    public void A_device_that_breaks_every_train_is_asked_one_at_a_time_for_good()
    {
        var depth = new PipelineDepth(8);
        var settled = new List<bool>();
        var answered = 0;
        for (; settled.Count < 3; answered++)
        {
            if (depth.Current > 1) settled.Add(depth.Broke(depth.Current));
            else depth.Answered(1);
        }

        for (var i = 0; i < 10_000; i++) depth.Answered(1);

        Assert.Equal([false, false, true], settled);
        Assert.Equal(1, depth.Current);
        Assert.InRange(answered, 128 + 256, 128 + 256 + 3);
    }

    [Fact]
    public void A_device_that_had_an_accident_is_pipelined_again()
    {
        var depth = new PipelineDepth(8);
        for (var accident = 0; accident < 10; accident++)
        {
            Assert.False(depth.Broke(8));
            Assert.Equal(1, depth.Current);
            Assert.False(depth.Broke(1));
            while (depth.Current == 1) depth.Answered(1);
            depth.Answered(8);
        }

        Assert.Equal(8, depth.Current);
    }
}
