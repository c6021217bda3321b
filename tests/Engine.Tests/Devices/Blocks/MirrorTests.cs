using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Engine.Tests.Devices.Blocks;

public class MirrorTests
{
    private const string Untouched = "EEEEEEEEEEEEEEEEEEEEEEEEEEEE";
    private const string First = "0102030405060708090A0B0C0D0E";

    [Fact]
    public async Task All_bytes_are_copied_at_every_beat_and_no_other_is_touched()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror());
        Assert.Equal([(0, First)], bench.Target.TakeWrites());
        bench.Source.Memory[13] = 0xFF;
        await bench.BeatAsync(3);
        Assert.Equal(Enumerable.Repeat((0, First[..26] + "FF"), 3), bench.Target.TakeWrites());
        Assert.Equal([0xEE, 0xEE], bench.Target.Memory[14..]);
        Assert.Equal((4L, 0L, 0L), (bench.Status.Copies, bench.Status.Unchanged, bench.Status.Skips));
    }

    [Fact]
    public async Task A_torn_reading_is_never_written()
    {
        var bench = new MirrorFixture();
        bench.Source.OnRead = (into, _) =>
        {
            into.Span[..7].Fill(0x77);
            throw new RefusedException("no two of 16 readings agree");
        };
        await using var started = await bench.StartAsync(MirrorFixture.Mirror());
        await bench.BeatAsync(5);
        Assert.Equal((Untouched, 6L, "source: no two of 16 readings agree"), (bench.Image, bench.Status.Skips, bench.Status.Reason));
        bench.Source.OnRead = null;
        await bench.BeatAsync();
        Assert.Equal(First, bench.Image);
        await bench.Log.WhenAsync("COPYING from=press.DB500 to=lab.DB501");
        Assert.Single(bench.Log.All, l => l.Contains("SKIPPING", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_source_that_is_gone_leaves_the_target_as_it_is_and_the_watchdog_says_so()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror(watchdog: 14));
        await MirrorFixture.WhenAsync(() => bench.Target.Memory[14] == 1);
        await bench.BeatAsync(2);
        Assert.Equal((First, 3), (bench.Image, bench.Target.Memory[14]));
        Array.Fill(bench.Source.Memory, (byte)9);
        bench.Source.Refusal = "connection reset";
        await bench.BeatAsync();
        await MirrorFixture.WhenAsync(() => bench.Target.Memory[14] == 0);
        await bench.BeatAsync(3);
        Assert.Equal(First, bench.Image);
        bench.Source.Refusal = null;
        await bench.Log.WhenAsync("RECONNECT device=press connection reset");
        while (bench.Image == First) await bench.BeatAsync();
        Assert.Equal(string.Concat(Enumerable.Repeat("09", 14)), bench.Image);
        Assert.Equal(0xEE, bench.Target.Memory[15]);
    }

    [Fact]
    public async Task The_watchdog_counts_past_its_end_without_the_value_that_means_bad()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror(watchdog: 15));
        await bench.BeatAsync(256);
        var counts = bench.Target.TakeWrites().Where(w => w.Offset == 15).Select(w => (int)Convert.FromHexString(w.Hex)[0]);
        Assert.Equal([.. Enumerable.Range(1, 255), 1, 2], counts);
        Assert.Equal(0xEE, bench.Target.Memory[14]);
    }

    [Fact]
    public async Task A_target_that_was_gone_gets_the_newest_image_and_none_of_the_missed()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror());
        bench.Target.TakeWrites();
        bench.Target.Refusal = "connection reset";
        for (byte i = 1; i <= 5; i++)
        {
            bench.Source.Memory[0] = i;
            await bench.BeatAsync();
        }

        Assert.Equal(5, bench.Status.Skips);
        bench.Target.Refusal = null;
        bench.Source.Memory[0] = 0x66;
        while (bench.Status.Reason is not null) await bench.BeatAsync();
        Assert.Equal([(0, "66" + First[2..])], bench.Target.TakeWrites());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_failed_half_way_is_repeated_whole_with_a_fresh_image(bool changedOnly)
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror(changedOnly));
        bench.Target.TakeWrites();
        bench.Target.OnWrite = (offset, image, _) =>
        {
            image.Span[..1].CopyTo(bench.Target.Memory.AsSpan(offset));
            throw new RefusedException("bytes 7 to 13: object busy; 1 of 2 parts were written");
        };
        bench.Source.Memory[0] = 0x55;
        await bench.BeatAsync();
        Assert.Equal("55" + First[2..], bench.Image);
        bench.Target.OnWrite = null;
        bench.Source.Memory[13] = 0x66;
        await bench.BeatAsync();
        Assert.Equal([(0, "55" + First[2..26] + "66")], bench.Target.TakeWrites());
    }

    [Fact]
    public async Task An_image_that_has_become_too_old_is_not_written()
    {
        var bench = new MirrorFixture();
        var began = new SemaphoreSlim(0);
        bench.Source.OnRead = async (into, cancel) =>
        {
            bench.Source.OnRead = null;
            began.Release();
            await Task.Delay(TimeSpan.FromMilliseconds(101), bench.Time, cancel);
            into.Span.Fill(0x77);
        };
        var starting = bench.StartAsync(MirrorFixture.Mirror());
        await began.WaitAsync(TimeSpan.FromSeconds(20));
        await bench.Time.WhenArmedAsync();
        bench.Time.Advance(TimeSpan.FromMilliseconds(101));
        await using var started = await starting;

        // The beat after it is due, too, and its image is fresh.
        await bench.WhenBeatenAsync(more: 1);
        Assert.Equal([(0, First)], bench.Target.TakeWrites());
        Assert.Equal((1L, 1L), (bench.Status.Copies, bench.Status.Skips));
        await bench.Log.WhenAsync("SKIPPING target: the image was older than 100 ms when its turn came");
    }

    [Fact]
    public async Task Only_changed_runs_are_written_when_that_is_asked_and_all_after_a_new_connection()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror(changedOnly: true));
        await bench.BeatAsync(3);
        Assert.Equal([(0, First)], bench.Target.TakeWrites());
        Assert.Equal((1L, 3L), (bench.Status.Copies, bench.Status.Unchanged));
        (bench.Source.Memory[4], bench.Source.Memory[6]) = (0xA4, 0xA6);
        await bench.BeatAsync();
        Assert.Equal([(4, "A406A6")], bench.Target.TakeWrites());

        await bench.TargetRunner.StopAsync("it is switched off", TimeSpan.FromSeconds(3));
        bench.Target = new BlockDriver(new byte[16]);
        bench.TargetRunner.Start(() => bench.Target);
        await bench.Log.WhenAsync("CONNECTED device=lab", 2);
        while (bench.Target.Memory[0] == 0) await bench.BeatAsync();
        Assert.Equal("01020304A406A608090A0B0C0D0E", bench.Image);
    }

    [Fact]
    public async Task What_the_target_forgot_is_there_again_within_ten_seconds()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror(changedOnly: true));
        await bench.BeatAsync(3);
        bench.Target.Memory.AsSpan().Clear();
        await bench.BeatAsync(10);
        Assert.Equal("00", bench.Image[..2]);
        await bench.BeatAsync(90);
        Assert.Equal(First, bench.Image);
    }

    [Fact]
    public async Task Two_mirrors_of_different_recipes_into_one_block_are_a_warning()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror());
        bench.Book.Apply("other.csx", [MirrorFixture.Mirror() with { SourceAddress = "DB7" }]);
        await bench.Log.WhenAsync("both write one block");
    }

    [Fact]
    public async Task A_saved_recipe_that_states_the_same_mirror_leaves_it_alone_and_one_that_does_not_ends_it()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror());
        var runner = bench.Book.Running[0];
        bench.Book.Apply("press.csx", [MirrorFixture.Mirror()]);
        bench.Book.Apply("other.csx", [MirrorFixture.Mirror()]);
        Assert.Same(runner, Assert.Single(bench.Book.Running));
        bench.Book.Apply("other.csx", []);
        await bench.BeatAsync(2);
        Assert.Equal((3L, 0L), (runner.Status.Copies, runner.Status.Skips));

        bench.Book.Apply("press.csx", [MirrorFixture.Mirror(watchdog: 14)]);
        Assert.NotSame(runner, Assert.Single(bench.Book.Running));
        await runner.Ended;
        await MirrorFixture.WhenAsync(() => bench.Target.Memory[14] == 1);

        var last = bench.Book.Running[0];
        bench.Book.Apply("press.csx", []);
        await last.Ended;
        bench.Target.TakeWrites();
        bench.Time.Advance(10 * MirrorFixture.Every);
        Assert.Empty(bench.Target.TakeWrites());
        await bench.Log.WhenAsync("END mirror from=press.DB500 to=lab.DB501 copies=3 unchanged=0 skips=0");
    }

    [Fact]
    public async Task A_driver_that_does_not_come_back_is_left_its_memory_and_the_next_one_goes_on()
    {
        await using var bench = await new MirrorFixture().StartAsync(MirrorFixture.Mirror(changedOnly: true));
        var never = new TaskCompletionSource();
        var began = new SemaphoreSlim(0);
        bench.Target.OnWrite = (_, _, _) =>
        {
            began.Release();
            return new ValueTask(never.Task);
        };
        bench.Source.Memory[0] = 0x55;
        await bench.Time.WhenArmedAsync();
        bench.Time.Advance(MirrorFixture.Every);
        await began.WaitAsync(TimeSpan.FromSeconds(20));
        bench.DeviceTime.Advance(TimeSpan.FromSeconds(3));
        bench.Target = new BlockDriver(new byte[16]);
        bench.TargetRunner.Poll();
        await bench.Log.WhenAsync("SKIPPING from=press.DB500 its driver did not come back");
        await bench.Log.WhenAsync("CONNECTED device=lab", 2);
        await bench.WhenBeatenAsync(more: 1);
        while (bench.Target.Memory[0] == 0) await bench.BeatAsync();
        Assert.Equal("55" + First[2..], bench.Image);
        never.SetResult();
    }
}
