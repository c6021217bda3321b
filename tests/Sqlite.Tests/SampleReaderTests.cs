using System.Diagnostics;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;
using PlantRuntime.Storage;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>Samples of one tag, summarized in buckets, while the sink writes.</summary>
public sealed class SampleReaderTests : SqliteTestBase
{
    private static readonly DateTime s_start = new(2026, 11, 21, 8, 0, 0, DateTimeKind.Utc);
    private long _batch;

    [Fact]
    public async Task Buckets_have_least_greatest_and_last_value_and_bad_ones_have_none()
    {
        await using var sink = await ConnectAsync();
        await StoreAsync(sink, (0, 5), (1, 2), (2, 9), (3, 4), (10, 7), (11, Value.Null), (20, Value.Null), (21, 1.5), (30, Value.Null));
        var series = await ReadAsync(sink, seconds: 10, buckets: 5);
        Assert.Equal(
        [
            new SampleBucket(s_start, 2, 9, 4),
            new SampleBucket(s_start.AddSeconds(10), 7, 7, double.NaN),
            new SampleBucket(s_start.AddSeconds(20), 1.5, 1.5, 1.5),
            new SampleBucket(s_start.AddSeconds(30), double.NaN, double.NaN, double.NaN),
        ], series.Buckets);
        Assert.Equal((s_start, true, false), (series.Oldest, series.IsComplete, series.IsThinned));
    }

    [Fact]
    public async Task The_range_is_that_which_was_asked_for_and_texts_and_other_tags_and_sites_are_left_out()
    {
        await using var sink = await ConnectAsync();
        await StoreAsync(sink, (0, 1), (5, 2), (6, "text"), (9, true), (10, 4));
        await StoreAsync(sink, "b", (5, 100));
        var series = await ReadAsync(sink, seconds: 5, buckets: 1, from: 5);
        Assert.Equal([new SampleBucket(s_start.AddSeconds(5), 1, 2, 1)], series.Buckets);
        Assert.Equal(s_start, series.Oldest);
        Assert.Null((await ReadAsync(sink, 10, 1, tag: "none")).Oldest);
        Assert.Equal((0, s_start), ((series = await ReadAsync(sink, 10, 0)).Buckets.Count, series.Oldest));
        await using var other = new SqlitePlugin().Open(new SqliteOptions { Path = "plant.db" },
            new PluginContext("store", "other", Folder.Path, Clock, new Conformance.CapturingPluginLog()));
        Assert.Null((await ReadAsync(other, 10, 1)).Oldest);
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_has_another_table_has_no_samples()
    {
        await using var sink = new SqlitePlugin().Open(new SqliteOptions { Path = "plant.db" },
            new PluginContext("store", "press-hall", Folder.Path, Clock, new Conformance.CapturingPluginLog()));
        Assert.Null((await ReadAsync(sink, 10, 1)).Oldest);
        Assert.False(File.Exists(FilePath));
        using (var database = Database.Open(FilePath, TimeSpan.Zero)) database.Execute("CREATE TABLE samples (what TEXT)");
        Assert.Null((await ReadAsync(sink, 10, 1)).Oldest);
    }

    [Fact]
    public async Task A_bucket_with_too_many_rows_is_read_evenly_spread_and_all_equal_times_are_read()
    {
        await using var sink = await ConnectAsync();
        for (var part = 0; part < 10; part++)
        {
            var batch = Batches.Empty(++_batch);
            for (var i = 0; i < 3000; i++) Add(batch, "a", s_start.AddMilliseconds((part * 3000) + i), i);
            await sink.WriteAsync(batch, default);
        }

        // 4,000 buckets share a million rows: 250 each.
        var series = await ((ISampleStore)sink).ReadSamplesAsync(
            new SampleQuery("press", "a", s_start, TimeSpan.FromSeconds(30), SampleQuery.MaxBuckets), default);
        Assert.True(series.IsThinned && series.IsComplete);
        var bucket = Assert.Single(series.Buckets);
        Assert.Equal(2999, bucket.Last);
        Assert.InRange(bucket.Max - bucket.Min, 500, 2999);

        // One time many times over: rows are told apart by their number, across slices.
        await StoreAsync(sink, "same", [.. Enumerable.Range(0, 5000).Select(i => (40, (Value)i))]);
        series = await ReadAsync(sink, 10, 1, from: 40, tag: "same");
        Assert.Equal([new SampleBucket(s_start.AddSeconds(40), 0, 4999, 4999)], series.Buckets);
        Assert.False(series.IsThinned);
    }

    [Fact]
    public async Task Reading_ends_when_it_is_cancelled_or_out_of_patience()
    {
        await using var sink = await ConnectAsync(clock: TimeProvider.System);
        var batch = Batches.Empty(++_batch);
        for (var i = 0; i < 9000; i++) Add(batch, "a", s_start.AddSeconds(i), i);
        await sink.WriteAsync(batch, default);
        var query = new SampleQuery("press", "a", s_start, TimeSpan.FromSeconds(100), 100) { Patience = TimeSpan.FromTicks(1) };
        var series = await ((ISampleStore)sink).ReadSamplesAsync(query, default);
        Assert.False(series.IsComplete);
        Assert.InRange(series.Buckets.Count, 0, 60);
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await ((ISampleStore)sink).ReadSamplesAsync(query, cancel.Token));
    }

    [Fact]
    public async Task A_sink_writes_while_others_read_without_a_pause()
    {
        await using var sink = await ConnectAsync(
            new SqliteOptions { Path = "plant.db", Busy = TimeSpan.FromSeconds(8) }, TimeProvider.System);
        var batch = Batches.Empty(++_batch);
        for (var i = 0; i < 100_000; i++) Add(batch, "a", s_start.AddSeconds(i), i);
        await sink.WriteAsync(batch, default);
        using var end = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            do
            {
                var series = await ((ISampleStore)sink).ReadSamplesAsync(
                    new SampleQuery("press", "a", s_start, TimeSpan.FromSeconds(100), 1100), default);
                Assert.True(series.Buckets.Count >= 1000 || !series.IsComplete);
                count++;
            }
            while (!end.IsCancellationRequested);

            return count;
        })).ToArray();
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 50; i++)
        {
            var watch = Stopwatch.StartNew();
            await StoreAsync(sink, (100_000 + i, i));
            longest = watch.Elapsed > longest ? watch.Elapsed : longest;
        }

        await end.CancelAsync();
        Assert.All(await Task.WhenAll(readers), count => Assert.InRange(count, 1, int.MaxValue));
        Assert.Equal(49, (await ReadAsync(sink, 50, 1, from: 100_000)).Buckets[0].Last);
        Console.WriteLine($"longest write beside two readers: {longest.TotalMilliseconds:0} ms");
    }

    private static void Add(RecordBatch batch, string tag, DateTime time, Value value) => batch.Add(time, "press",
    [
        new Sample
        {
            Tag = new Tag(0, tag, "press"), Value = value, Time = time,
            Quality = value.Kind == ValueKind.Null ? Quality.BadComm : Quality.Good,
        },
    ]);

    private Task StoreAsync(ISink sink, params (int Second, Value Value)[] samples) => StoreAsync(sink, "a", samples);

    private async Task StoreAsync(ISink sink, string tag, params (int Second, Value Value)[] samples)
    {
        var batch = Batches.Empty(++_batch);
        foreach (var (second, value) in samples) Add(batch, tag, s_start.AddSeconds(second), value);
        await sink.WriteAsync(batch, default);
    }

    private static async Task<SampleSeries> ReadAsync(ISink sink, int seconds, int buckets, int from = 0, string tag = "a") =>
        await ((ISampleStore)sink).ReadSamplesAsync(
            new SampleQuery("press", tag, s_start.AddSeconds(from), TimeSpan.FromSeconds(seconds), buckets), default);
}
