using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Engine.Tests.Devices.Blocks;

public class BlockOutputTests
{
    private static readonly byte[] s_image = [1, 2, 3, 4, 5, 6, 7, 8];

    [Fact]
    public async Task An_image_is_written_where_it_has_tags_and_nowhere_else()
    {
        await using var bench = new MirrorFixture();
        await bench.Log.WhenAsync("CONNECTED", 2);
        Output(bench).Write(s_image, bench.Time.GetTimestamp());
        await MirrorFixture.WhenAsync(() => bench.Target.Memory[0] == 1);
        Assert.Equal([(4, "050607"), (0, "01")], bench.Target.TakeWrites());
        Assert.Equal("01EEEEEE050607EE", Convert.ToHexString(bench.Target.Memory.AsSpan(0, 8)));
    }

    [Fact]
    public async Task Of_images_that_have_to_wait_only_the_latest_is_written()
    {
        await using var bench = new MirrorFixture();
        await bench.Log.WhenAsync("CONNECTED", 2);
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        bench.Target.OnWrite = async (_, _, _) =>
        {
            asked.TrySetResult();
            await answer.Task;
        };
        var output = Output(bench);
        output.Write(s_image, bench.Time.GetTimestamp());
        await asked.Task;
        for (byte i = 100; i < 110; i++) output.Write([i, 0, 0, 0, i, i, i, 0], bench.Time.GetTimestamp());
        answer.SetResult();
        await MirrorFixture.WhenAsync(() => bench.Target.Memory[0] == 109);
        Assert.Equal([(4, "050607"), (0, "01"), (4, "6D6D6D"), (0, "6D")], bench.Target.TakeWrites());
    }

    [Fact]
    public async Task An_old_image_and_one_without_a_connection_are_not_written_then_or_later()
    {
        await using var bench = new MirrorFixture();
        await bench.Log.WhenAsync("CONNECTED", 2);
        var output = Output(bench);
        var taken = bench.Time.GetTimestamp();
        bench.Time.Advance(BlockOutputWrite.MaxAge + TimeSpan.FromMilliseconds(1));
        output.Write(s_image, taken);
        await bench.Log.WhenAsync("SKIPPING to=lab.DB600 reason=\"the scan was older than 2 s");

        bench.Target.Refusal = "the cable is out";
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        output.Write(s_image, bench.Time.GetTimestamp());
        await bench.Log.WhenAsync("RECONNECT");
        bench.Target.Refusal = null;
        bench.DeviceTime.Advance(MirrorFixture.Every);
        await bench.Log.WhenAsync("CONNECTED", 3);
        Assert.Empty(bench.Target.TakeWrites());

        output.Write(s_image, bench.Time.GetTimestamp());
        await bench.Log.WhenAsync("WRITING to=lab.DB600");
        Assert.Equal(2, bench.Target.TakeWrites().Length);
    }

    private static BlockOutput Output(MirrorFixture bench)
    {
        var point = new BlockEncoding("lab", "DB600", 8,
            [new("a", 0, DataType.Bool), new("b", 4, DataType.Int), new("c", 6, DataType.USInt)]);
        return new BlockOutput(point, bench.TargetRunner, bench.Time, bench.Speak);
    }
}
