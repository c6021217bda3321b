namespace PlantRuntime.Wire.Tests;

public class PipelineDepthTests
{
    [Fact]
    public void A_device_that_breaks_every_burst_is_asked_one_at_a_time_for_good()
    {
        var depth = new PipelineDepth(8);
        var settled = new List<bool>();
        var answered = 0;
        for (; settled.Count < 3; answered++)
        {
            if (depth.Current > 1) settled.Add(depth.ReportBroken(depth.Current));
            else depth.ReportAnswered(1);
        }

        for (var i = 0; i < 10_000; i++) depth.ReportAnswered(1);

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
            Assert.False(depth.ReportBroken(8));
            Assert.Equal(1, depth.Current);
            Assert.False(depth.ReportBroken(1));
            while (depth.Current == 1) depth.ReportAnswered(1);
            depth.ReportAnswered(8);
        }

        Assert.Equal(8, depth.Current);
    }
}
