using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

[Trait("Needs", "Server")]
public sealed class FieldTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    private static readonly Dictionary<string, string> s_columns = new()
    {
        ["ts"] = "timestamptz", ["plc_id"] = "text", ["values.speed"] = "double precision", ["values.ok"] = "boolean",
        ["count"] = "bigint", ["n"] = "integer", ["small"] = "smallint", ["r"] = "real", ["values"] = "jsonb",
    };

    [SkippableFact]
    public async Task Fields_become_columns()
    {
        await using var sink = await ConnectAsync(Options(columns: s_columns));
        await sink.WriteAsync(
            Payloads(
                1,
                """{"ts":1795248000.123,"plc_id":"a","values":{"speed":1.5,"ok":true},"count":9223372036854775807,"n":-1,"small":3.0,"r":0.1}""",
                """{"ts":"2026-11-21T09:00:00.5+01:00","plc_id":7,"values":{"speed":"NaN","ok":0},"other":1}""",
                """{"ts":1795248000123,"values":null}"""),
            default);

        Assert.Equal(
            [
                ["2026-11-21 08:00:00.123", "a", "1.5", "true", "9223372036854775807", "-1", "3", "0.1", """{"ok": true, "speed": 1.5}"""],
                ["2026-11-21 08:00:00.5", "7", "NaN", "false", "", "", "", "", """{"ok": 0, "speed": "NaN"}"""],
                ["2026-11-21 08:00:00.123", "", "", "", "", "", "", "", ""],
            ],
            Query("""
                SELECT (ts AT TIME ZONE 'UTC')::text, plc_id, values_speed::text, values_ok::text, count::text, n::text, small::text, r::text, values::text
                FROM $schema.records ORDER BY ctid
                """));
    }

    [SkippableTheory]
    [InlineData("""{"ts":"yesterday"}""", "ts is \"yesterday\", which is nothing for a column of type timestamp with time zone")]
    [InlineData("""{"values":{"speed":"fast"}}""", "values.speed is \"fast\"")]
    [InlineData("""{"values":{"speed":1e999}}""", "values.speed is 1e999")]
    [InlineData("""{"values":{"ok":2}}""", "values.ok is 2")]
    [InlineData("""{"count":9223372036854775808}""", "count is 9223372036854775808")]
    [InlineData("""{"n":1.5}""", "n is 1.5")]
    [InlineData("""{"small":40000}""", "small is 40000")]
    [InlineData("""{"r":1e300}""", "r is 1e300")]
    [InlineData("""{"plc_id":"\u0000"}""", "plc_id has the character NUL")]
    [InlineData("""{"plc_id":"\ud83c"}""", "the payload is no JSON")]
    public async Task A_field_that_fits_no_column_is_refused_with_its_record(string payload, string expected)
    {
        await using var sink = await ConnectAsync(Options(columns: s_columns, nul: NulCharacterPolicy.Reject));
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Payloads(1, "{}", payload), default));
        Assert.StartsWith(expected, rejected.Message, StringComparison.Ordinal);
        Assert.Equal([1], rejected.Indexes);
    }

    [SkippableFact]
    public async Task A_table_made_by_somebody_else_is_used_as_it_is()
    {
        Run("CREATE TABLE $schema.records (id bigserial PRIMARY KEY, plc_id varchar(20) NOT NULL, added timestamptz DEFAULT now(), n int NOT NULL)");
        await using var sink = await ConnectAsync(Options(columns: new Dictionary<string, string> { ["n"] = "int", ["plc_id"] = "text" }));
        await sink.WriteAsync(Payloads(1, """{"n":1,"plc_id":"a"}"""), default);
        var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Payloads(2, """{"n":1}"""), default));

        Assert.Equal([0], rejected.Indexes);
        Assert.Contains("violates not-null constraint", rejected.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "1"], Assert.Single(Query("SELECT plc_id, n FROM $schema.records")));
    }
}
