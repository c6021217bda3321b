using PlantRuntime.Plugins.Postgres;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Postgres.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Options_that_make_no_sense_are_all_named()
    {
        Assert.Empty(new PostgresSinkOptions { Host = "db", Database = "plant", User = "edge" }.Validate());
        var wrong = new PostgresSinkOptions
        {
            Host = "a,b", Database = "", User = " ", Tls = new TlsOptions { Key = "a.key" }, Schema = "a b", Table = "plant_progress",
            PayloadTable = "plant_progress",
            Columns = new Dictionary<string, string> { ["a.b"] = "text", ["a_b"] = "text", ["é"] = "text", ["c"] = "number" },
        };
        Assert.Equal(
            ["host", "database", "user", "tls", "schema", "table", "payload_table", "columns", "columns", "columns"],
            wrong.Validate().Select(p => p.Key));
        Assert.Contains(wrong.Validate(),
            p => p.Message.StartsWith("c = \"number\": expected one of \"timestamptz\", ", StringComparison.Ordinal));
    }
}
