using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;

namespace PlantRuntime.Postgres.Tests;

public sealed class AllocationTests(SharedServer shared) : PostgresTestBase(shared)
{
    // Npgsql's objects for the four statements of a batch, and some for an answer that has to be waited for.
    private const long MostPerBatch = 8 * 1024;
    private const int Rounds = 20;

    [SkippableFact]
    public async Task A_batch_allocates_a_little_and_its_records_nothing()
    {
        await using var sink = await ConnectAsync();
        var one = await LeastAsync(sink, Batches.Of(
            1, ("f", 0.1f, Quality.Good), ("t", "text °C", Quality.Good), ("u", ulong.MaxValue, Quality.Stale), ("b", true, Quality.BadRange)));
        var many = Batches.Of(
            1000, ("f", 0.1f, Quality.Good), ("t", "text °C", Quality.Good), ("u", ulong.MaxValue, Quality.Stale), ("b", true, Quality.BadRange));
        for (var i = 1; i < 1000; i++) many.Add(many[0]);
        var thousand = await LeastAsync(sink, many);

        Assert.True(one <= MostPerBatch, $"a batch of one record allocates {one} bytes, not at most {MostPerBatch}");
        Assert.True(thousand <= one + 4096, $"a batch of 1,000 records allocates {thousand} bytes, one of one record {one}");
    }

    // Of the whole process, so the least of some rounds: others allocate, too.
    private static async Task<long> LeastAsync(ISink sink, RecordBatch batch)
    {
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            batch.Number++;
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await sink.WriteAsync(batch, default);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
