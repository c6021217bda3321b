using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>A wall clock that is wrong for a while and is then set right.</summary>
public abstract partial class SinkConformance
{
    private static readonly int[] s_wrongYears = [1970, 2039];

    [SkippableFact]
    public async Task Stores_and_keeps_everything_while_the_wall_clock_is_wrong_and_when_it_is_right_again()
    {
        var number = 0;
        await using (var sink = await ConnectAsync())
        {
            foreach (var year in s_wrongYears)
            {
                await WriteAsync(sink, 3);
                var by = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc) - Clock.GetUtcNow().UtcDateTime;
                Clock.StepWallClock(by);
                await WriteAsync(sink, 3);

                // A sink that reads the clock when it connects reads the wrong one here.
                await sink.ConnectAsync(default);
                await WriteAsync(sink, 3);
                Clock.StepWallClock(-by);
            }

            await WriteAsync(sink, 3);
        }

        Assert.Equal(Batches.CountingStored(0, number), Samples());

        // Times of the wrong clock are the records' own, and stay.
        async Task WriteAsync(ISink sink, int batches)
        {
            for (var i = 0; i < batches; i++, Clock.Advance(TimeSpan.FromSeconds(1)))
            {
                var batch = Batches.Empty(number + 1);
                batch.AddScan(Clock.GetUtcNow().UtcDateTime, ("n", number++, Quality.Good));
                await sink.WriteAsync(batch, default);
            }
        }
    }

    [SkippableFact]
    public async Task Connects_and_goes_on_with_a_clock_that_is_wrong_at_the_start()
    {
        await using (var sink = await ConnectAsync()) await sink.WriteAsync(Batches.Counting(1, 0, 2), default);
        var first = 2;
        foreach (var year in s_wrongYears)
        {
            var by = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc) - Clock.GetUtcNow().UtcDateTime;
            Clock.StepWallClock(by);
            await using var sink = await ConnectAsync();
            await sink.WriteAsync(Batches.Counting(first, first, 1), default);
            Clock.StepWallClock(-by);
            await sink.WriteAsync(Batches.Counting(first + 1, first + 1, 1), default);
            first += 2;
        }

        Assert.Equal(Batches.CountingStored(0, first), Samples());
    }
}
