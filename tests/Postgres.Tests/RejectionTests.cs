using System.Text;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

[Trait("Needs", "Server")]
public sealed class RejectionTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    private static readonly string[] s_clean = ["0", "1"];

    [SkippableFact]
    public async Task One_poisoned_row_among_a_thousand_is_named_and_the_rest_goes_on()
    {
        await using var sink = await ConnectAsync();
        Run("ALTER TABLE $schema.samples ADD CONSTRAINT sane CHECK (value <> 617)");
        var batch = Batches.Counting(1, 0, 1000);
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([617], rejected.Indexes);
        Assert.Contains("violates check constraint \"sane\"", rejected.Message, StringComparison.Ordinal);
        Assert.Empty(Samples);

        await sink.WriteAsync(batch.Part(i => i != 617), default);
        Assert.Equal([.. Batches.CountingStored(0, 617), .. Batches.CountingStored(618, 382)], Samples);
    }

    [SkippableFact]
    public async Task A_row_of_a_scan_leads_to_its_record()
    {
        Run("CREATE TABLE $schema.samples (time timestamptz, site text, device text, tag text, value float8, text varchar(3), quality text, unit text)");
        await using var sink = await ConnectAsync();
        var batch = Batches.Empty(1);
        for (var i = 0; i < 3; i++) batch.AddScan(Batches.Start, ("a", i, Quality.Good), ("b", i == 1 ? "four" : "abc", Quality.Good));
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));

        Assert.Equal([1], rejected.Indexes);
        Assert.Contains("value too long", rejected.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task All_texts_that_PostgreSQL_cannot_hold_are_named_at_once()
    {
        await using var sink = await ConnectAsync(Options(nul: NulCharacterPolicy.Reject));
        var batch = Batches.Counting(1, 0, 1);
        batch.AddScan(Batches.Start, ("a", "pad\0\0", Quality.Good));
        batch.AddCounting(1, 1);
        batch.AddScan(Batches.Start, ("b", "half \ud83c", Quality.Good));
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([1, 3], rejected.Indexes);
        Assert.StartsWith("a has the character NUL", rejected.Message, StringComparison.Ordinal);

        await sink.WriteAsync(batch.Part(i => i % 2 == 0), default);
        Assert.Equal(s_clean, Samples.Select(s => s.Value));
    }

    [SkippableFact]
    public async Task A_payload_that_jsonb_cannot_hold_is_named()
    {
        await using var sink = await ConnectAsync(Options(nul: NulCharacterPolicy.Reject));
        var batch = Batches.Counting(1, 0, 10);
        batch.Add(Batches.Start, "press", """{"a":[1,null]}"""u8);
        batch.Add(Batches.Start, "press", Encoding.UTF8.GetBytes("""{"a":"\u0000"}"""));
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([11], rejected.Indexes);

        batch = Batches.Empty(2);
        batch.Add(Batches.Start, "press", """{"a":[1,null]}"""u8);
        await sink.WriteAsync(batch, default);
        Assert.Equal(["press-hall", "press", """{"a": [1, null]}""", "[1, null]"],
            Assert.Single(Query("SELECT site, device, payload, payload -> 'a' FROM $schema.records")));
    }

    [SkippableFact]
    public async Task A_constraint_that_is_checked_at_the_end_leaves_the_finding_to_the_host()
    {
        await using var sink = await ConnectAsync();
        Run("ALTER TABLE $schema.samples ADD CONSTRAINT once UNIQUE (tag) DEFERRABLE INITIALLY DEFERRED");
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 2), default));
        Assert.Null(rejected.Indexes);

        await sink.WriteAsync(Batches.Counting(2, 0, 1), default);
        Assert.Equal(Batches.CountingStored(0, 1), Samples);
    }
}
