using System.Text;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

/// <summary>Tables with a unique key of their own, and texts with NUL, which PostgreSQL cannot store.</summary>
[Trait("Needs", "Server")]
public sealed class ConflictTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    public const string TableWithKey =
        "CREATE TABLE $schema.samples (id bigserial PRIMARY KEY, time timestamptz NOT NULL, site text, device text, tag varchar(20), "
        + "value float8, text text, quality text, unit text, added timestamptz NOT NULL DEFAULT now(), UNIQUE (device, tag, time))";

    [SkippableFact]
    public async Task The_same_row_twice_is_skipped_in_one_batch_and_in_two()
    {
        Run(TableWithKey);
        await using var sink = await ConnectAsync(Options(onConflict: ConflictPolicy.Skip));
        var batch = Batches.Counting(1, 0, 3);
        batch.AddCounting(0, 3);
        await sink.WriteAsync(batch, default);
        await sink.WriteAsync(Batches.Counting(2, 1, 3), default);
        await sink.WriteAsync(Batches.Counting(3, 4, 1), default);
        Assert.Equal(Batches.CountingStored(0, 5), Samples);

        // The row that was there first stays.
        var changed = Batches.Empty(4);
        changed.AddScan(Batches.Start, ("n", 99, Quality.Good));
        await sink.WriteAsync(changed, default);
        Assert.Equal(Batches.CountingStored(0, 5), Samples);
    }

    [SkippableFact]
    public async Task Other_faults_of_a_row_are_still_refused()
    {
        Run(TableWithKey);
        Run("ALTER TABLE $schema.samples ADD CONSTRAINT sane CHECK (value <> 7)");
        await using var sink = await ConnectAsync(Options(onConflict: ConflictPolicy.Skip));
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 10), default));
        Assert.Contains("\"sane\"", rejected.Message, StringComparison.Ordinal);
        var batch = Batches.Empty(2);
        batch.AddScan(Batches.Start, ("a name that is longer than the column", 1, Quality.Good));
        rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([0], rejected.Indexes);
        await sink.WriteAsync(Batches.Counting(3, 0, 7), default);
        Assert.Equal(Batches.CountingStored(0, 7), Samples);
    }

    [SkippableFact]
    public async Task Payloads_with_a_key_are_skipped_too_and_without_the_option_the_reason_names_it()
    {
        Run("CREATE TABLE $schema.records (n int PRIMARY KEY, t text)");
        var columns = new Dictionary<string, string> { ["n"] = "integer", ["t"] = "text" };
        await using var strict = await ConnectAsync(Options(columns: columns));
        await strict.WriteAsync(Payloads(1, """{"n":1,"t":"a"}"""), default);
        var again = Payloads(2, """{"n":1,"t":"b"}""");
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await strict.WriteAsync(again, default));
        Assert.EndsWith("on_conflict = \"skip\" skips rows that are there already", rejected.Message, StringComparison.Ordinal);

        await using var sink = await ConnectAsync(Options(columns: columns, onConflict: ConflictPolicy.Skip), "skipping");
        await sink.WriteAsync(Payloads(1, """{"n":1,"t":"b"}""", """{"n":2,"t":"c"}""", """{"n":2,"t":"d"}"""), default);
        Assert.Equal([["1", "a"], ["2", "c"]], Query("SELECT n, t FROM $schema.records ORDER BY n"));
    }

    [SkippableTheory]
    [InlineData(NulCharacterPolicy.Remove, "pad", """{"k": ["", "\\\\u0000\\"], "\\u0000": "ab"}""")]
    [InlineData(NulCharacterPolicy.Symbol, "pad␀␀", """{"k": ["␀", "\\\\u0000\\"], "\\u0000": "a␀b"}""")]
    public async Task A_text_with_NUL_is_stored_without_it(NulCharacterPolicy nul, string text, string payload)
    {
        await using var sink = await ConnectAsync(Options(nul: nul));
        var batch = Batches.Empty(1);
        batch.AddScan(Batches.Start, ("a", "pad\0\0", Quality.Good));
        batch.Add(Batches.Start, "press", Encoding.UTF8.GetBytes("""{"\\u0000":"a\u0000b","k":["\u0000","\\\\u0000\\"]}"""));
        await sink.WriteAsync(batch, default);
        Assert.Equal([[text]], Query("SELECT text FROM $schema.samples"));
        Assert.Equal([[payload]], Query("SELECT payload FROM $schema.records"));
    }
}
