using System.Text;
using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>
/// What every sink promises the host. A sink's tests derive from it and say how to open the sink and how to read back what it stored.
/// Each test has a folder, a clock and a log of its own.
/// </summary>
public abstract class SinkConformance : IDisposable
{
    /// <summary>The folder of the site.</summary>
    protected TemporaryFolder Folder { get; } = new();

    /// <summary>The clock that the sink is given.</summary>
    protected SetTime Time { get; } = new(Start);

    /// <summary>What the sink said.</summary>
    protected RecordingLog Log { get; } = new();

    /// <summary>True for a sink that keeps one of two batches with the same identity.</summary>
    protected virtual bool RefusesDuplicates => false;

    /// <summary>Texts that no log line may contain: passwords of the options.</summary>
    protected virtual IReadOnlyList<string> Secrets => [];

    /// <summary>The context that the sink is opened with.</summary>
    protected PluginContext Context => new("store", "press-hall", Folder.Path, Time, Log);

    /// <summary>Most bytes that a steady batch of 1,000 records may allocate: a little for a batch, nothing for a record.</summary>
    protected virtual long SteadyBatchBytes => 4096;

    /// <summary>A new sink on this test's file, table or server; the same one at every call.</summary>
    protected abstract ISink Open();

    /// <summary>All samples stored, in the order in which they were.</summary>
    protected abstract IReadOnlyList<StoredSample> Samples();

    /// <summary>All payloads stored, in the order in which they were.</summary>
    protected abstract IReadOnlyList<string> Payloads();

    /// <summary>What <see cref="Samples"/> shows for a value; a format without NaN or infinities says so here.</summary>
    protected virtual string Shown(Value value) => value.ToString();

    [Fact]
    public async Task Stores_what_it_is_given_and_closes()
    {
        await using (var sink = await ConnectAsync())
        {
            await sink.WriteAsync(Of(1, ("a", 1.5, Quality.Good), ("b", Value.Null, Quality.BadRange)), default);
        }

        Assert.Equal([new("press", "a", "1.5", "GOOD"), new("press", "b", "", "BAD_RANGE")], Samples());
        Assert.Empty(Log.Lines);
    }

    [Fact]
    public async Task Goes_on_when_connected_again_without_being_closed()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Counting(1, 0, 2), default);
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Counting(2, 2, 2), default);

        Assert.Equal(CountingStored(0, 4), Samples());
    }

    [Fact]
    public async Task Goes_on_where_an_earlier_one_stopped()
    {
        await using (var first = await ConnectAsync()) await first.WriteAsync(Counting(1, 0, 2), default);
        await using (var second = await ConnectAsync()) await second.WriteAsync(Counting(2, 2, 2), default);

        Assert.Equal(CountingStored(0, 4), Samples());
    }

    [Fact]
    public async Task Keeps_the_order_over_many_batches()
    {
        await using var sink = await ConnectAsync();
        int[] sizes = [1, 7, 0, 100, 1, 400];
        var next = 0;
        for (var i = 0; i < sizes.Length; i++)
        {
            await sink.WriteAsync(Counting(i + 1, next, sizes[i]), default);
            next += sizes[i];
        }

        Assert.Equal(CountingStored(0, next), Samples());
    }

    [Fact]
    public async Task Stores_nothing_for_an_empty_batch()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Empty(1), default);

        Assert.Empty(Samples());
        Assert.Empty(Payloads());
    }

    [Fact]
    public async Task Stores_ten_thousand_records_of_one_batch()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Counting(1, 0, 10_000), default);

        Assert.Equal(CountingStored(0, 10_000), Samples());
    }

    [Fact]
    public async Task Stores_every_kind_of_value()
    {
        Value[] values =
        [
            true, false, 0, -1, long.MinValue, long.MaxValue, 0UL, ulong.MaxValue, 0.1f, float.MaxValue,
            float.Epsilon, 0.1, -1.0, double.MaxValue, double.Epsilon, 1e-7, float.NaN, double.NaN, float.PositiveInfinity,
            double.PositiveInfinity, double.NegativeInfinity, "", "text", Value.Null,
        ];
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Of(1, [.. values.Select((v, i) => ($"v{i}", v, Quality.Good))]), default);

        Assert.Equal(values.Select((v, i) => new StoredSample("press", $"v{i}", Shown(v), "GOOD")), Samples());
    }

    [Fact]
    public async Task Stores_every_quality()
    {
        var qualities = Enum.GetValues<Quality>();
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Of(1, [.. qualities.Select(q => (q.ToString(), (Value)1, q))]), default);

        Assert.Equal(qualities.Select(q => new StoredSample("press", q.ToString(), "1", q.ToText())), Samples());
    }

    [Theory]
    [InlineData("line\nbreak\r\n")]
    [InlineData("tab\tbell\aescape\u001b[31m nul\0end delete\u007f")]
    [InlineData("quote\" back\\slash 'single' ; DROP TABLE samples; --")]
    [InlineData("°C µ ñ 温度 🏭 \u2028")]
    [InlineData("{\"json\":1}")]
    public async Task Keeps_odd_characters_of_names_and_texts(string text)
    {
        var batch = Empty(1);
        batch.Add(Start, text, [new Sample { Tag = new Tag(0, text, text, unit: text), Value = text, Time = Start }]);
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(batch, default);
        await sink.WriteAsync(Counting(2, 0, 1), default);

        Assert.Equal([new(text, text, text, "GOOD"), .. CountingStored(0, 1)], Samples());
    }

    [Fact]
    public async Task Stores_payloads_as_they_are()
    {
        string[] payloads = ["""{"a":1,"b":[1.5,null,"x"]}""", """{"ü":"温度 🏭","escaped":"\n\u0000"}""", "{}"];
        var batch = Empty(1);
        foreach (var payload in payloads) batch.Add(Start, "press", Encoding.UTF8.GetBytes(payload));
        batch.AddCounting(0, 1);
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(batch, default);

        Assert.Equal(payloads, Payloads());
        Assert.Equal(CountingStored(0, 1), Samples());
    }

    [Fact]
    public async Task Keeps_nothing_of_a_batch_that_is_filled_again()
    {
        await using var sink = await ConnectAsync();
        var batch = Counting(1, 0, 100);
        await sink.WriteAsync(batch, default);
        batch.Clear();
        batch.Number = 2;
        batch.AddCounting(100, 50);
        await sink.WriteAsync(batch, default);
        batch.Clear();

        Assert.Equal(CountingStored(0, 150), Samples());
    }

    [Fact]
    public async Task Stores_a_batch_that_comes_again_at_least_once()
    {
        await using (var sink = await ConnectAsync()) await sink.WriteAsync(Counting(1, 0, 3), default);
        await using (var again = await ConnectAsync())
        {
            await again.WriteAsync(Counting(1, 0, 3), default);
            await again.WriteAsync(Counting(2, 3, 1), default);
        }

        Assert.Equal(RefusesDuplicates ? CountingStored(0, 4) : [.. CountingStored(0, 3), .. CountingStored(0, 4)], Samples());
    }

    [Fact]
    public async Task Stores_nothing_when_cancelled_and_works_afterwards()
    {
        await using var sink = await ConnectAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sink.WriteAsync(Counting(1, 0, 3), cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sink.ConnectAsync(cancelled.Token));
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Counting(1, 0, 3), default);

        Assert.Equal(CountingStored(0, 3), Samples());
    }

    [Fact]
    public async Task Asks_to_be_connected_when_it_is_not()
    {
        await using var sink = Open();
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Counting(1, 0, 1), default));
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Counting(1, 0, 1), default);

        Assert.Equal(CountingStored(0, 1), Samples());
    }

    [Fact]
    public async Task Can_be_closed_twice_and_unconnected()
    {
        await Open().DisposeAsync();
        var sink = await ConnectAsync();
        await sink.WriteAsync(Counting(1, 0, 1), default);
        await sink.DisposeAsync();
        await sink.DisposeAsync();

        Assert.Equal(CountingStored(0, 1), Samples());
    }

    [Fact]
    public async Task Allocates_nothing_a_record_once_steady()
    {
        await using var sink = await ConnectAsync();
        var batch = Empty(0);
        batch.AddScan(
            Start, ("f", 0.1f, Quality.Good), ("t", "text °C", Quality.Good), ("u", ulong.MaxValue, Quality.Stale), ("b", true, Quality.BadRange));
        for (var i = 1; i < 1000; i++) batch.Add(batch[0]);
        const int Batches = 5;
        for (var warm = 0; warm < 3; warm++) await WriteNext();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Batches; i++) await WriteNext();
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Batches;
        Assert.True(each <= SteadyBatchBytes, $"a batch of {batch.Count} records allocated {each} bytes, not at most {SteadyBatchBytes}");

        ValueTask WriteNext()
        {
            batch.Number++;
            return sink.WriteAsync(batch, default);
        }
    }

    /// <summary>Deletes the folder, and looks whether a secret was said.</summary>
    public virtual void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
        foreach (var secret in Secrets) Assert.DoesNotContain(Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    /// <summary>A sink that is open for writing.</summary>
    protected async Task<ISink> ConnectAsync()
    {
        var sink = Open();
        await sink.ConnectAsync(default);
        return sink;
    }
}
