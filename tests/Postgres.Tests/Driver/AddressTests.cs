using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>Addresses and options of a device; no server.</summary>
public class AddressTests
{
    private static readonly PostgresTableOptions s_table = new() { Table = "readings", Time = "at" };

    [Theory]
    [InlineData("canal : valor", null, "canal/valor/Value")]
    [InlineData("canal : $['a.b'][2]", "integer", "canal/a.b,2/Integer")]
    [InlineData("canal", "text", "canal//Text")]
    [InlineData("canal con blancos", null, "canal con blancos//Value")]
    [InlineData("canal : r[*].v", null, "canal/r,-1,v/Value")]
    [InlineData("$gap", null, "//Gap")]
    [InlineData("", null, "column 1: expected a channel, for instance canal_corriente : valor")]
    [InlineData(" : valor", null, "column 1: expected a channel, for instance canal_corriente : valor")]
    [InlineData("canal:valor", null, "column 6: the colon before a path needs a blank on both sides, for instance canal_corriente : valor")]
    [InlineData("canal : a[x]", null, "column 11: expected an index from 0, * or a name in quotes in the brackets: [0], [*] or [\"a.b\"]")]
    [InlineData("canal : a", "text", "column 0: type text reads a whole payload: without a path, catch_up and query")]
    [InlineData("canal", "real", "column 0: type 'real' is unknown: remove it, or use \"text\" for a payload that is not JSON, or \"integer\" for a number that never has decimals")]
    public void An_address_of_a_notification_is_parsed(string address, string? type, string expected) =>
        Assert.Equal(expected, Parse(address, type, Options()));

    [Theory]
    [InlineData("valor", "/valor/Value")]
    [InlineData("$gap", "column 2: expected '.' or '[' here, for instance values.temperature or $.values[0]")]
    [InlineData("r[*]", "column 1: [*] is several readings in one payload, which catch_up and query cannot tell apart")]
    public void An_address_of_a_query_is_a_path_into_the_row(string address, string expected) =>
        Assert.Equal(expected, Parse(address, null, Options(query: s_table)));

    [Fact]
    public void A_channel_is_at_most_63_bytes_long()
    {
        Assert.Equal($"{new string('ñ', 31)}//Value", Parse(new string('ñ', 31), null, Options()));
        Assert.StartsWith(
            "column 1: the channel is longer than 63 bytes", Parse(new string('ñ', 32), null, Options()), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_a_channel_need_tags_of_one_channel()
    {
        var plugin = (IDriverPlugin)new PostgresPlugin();
        var context = new PluginContext("pumps", "plant", Path.GetTempPath(), TimeProvider.System, new Conformance.CapturingPluginLog());
        var driver = plugin.Open(Options(catchUp: s_table, time: "at"), context);
        var error = Assert.Throws<AddressException>(() => driver.Prepare([new("x", "a : v"), new("y", "b : v"), new("z", "a : w")]));
        Assert.Equal("y", Assert.Single(error.Problems).Tag.Name);
        Assert.NotNull(driver.Prepare([new("x", "a : v"), new("z", "a : w")]));
    }

    [Fact]
    public void Options_that_contradict_each_other_are_named()
    {
        Assert.Equal(
            ["query: a device has notifications, with or without catch_up, or a query: use two devices",
                "time: a query has the time of a row in query.time: remove this one"],
            Validate(Options(catchUp: s_table, query: s_table, time: "at")));
        Assert.StartsWith(
            "catch_up: needs the time of a notification", Assert.Single(Validate(Options(catchUp: s_table))), StringComparison.Ordinal);
        Assert.StartsWith("time: column 2", Assert.Single(Validate(Options(time: "a["))), StringComparison.Ordinal);
        var wrong = new PostgresTableOptions { Table = "a.b.c", Time = "at", Value = "x y", Overlap = TimeSpan.FromDays(2) };
        Assert.Equal(["table", "value", "overlap"], wrong.Validate().Select(p => p.Key));
    }

    private static IEnumerable<string> Validate(PostgresDriverOptions options) => options.Validate().Select(p => $"{p.Key}: {p.Message}");

    private static PostgresDriverOptions Options(
        PostgresTableOptions? catchUp = null, PostgresTableOptions? query = null, string? time = null) => new()
    {
        Host = "db", Database = "plant", User = "edge", CatchUp = catchUp, Query = query, Time = time,
    };

    private static string Parse(string address, string? type, PostgresDriverOptions options) =>
        PostgresAddress.Parse(new TagDefinition("t", address, type), options, out var problem) is { } parsed
            ? $"{parsed.Channel}/{string.Join(',', parsed.Path.Select(s => s.Key ?? $"{s.Index}"))}/{parsed.Kind}"
            : $"column {problem!.Column}: {problem.Message}";
}
