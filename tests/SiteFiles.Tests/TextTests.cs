using PlantRuntime.Contracts;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.SiteFiles.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("1s", 1000)]
    [InlineData("0.5s", 500)]
    [InlineData("5min", 300_000)]
    [InlineData("1h30min", 5_400_000)]
    [InlineData("7d", 604_800_000)]
    public void A_duration_is_a_number_and_a_unit(string text, double milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration, out var problem), problem);
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.True(DurationText.TryParse(DurationText.Format(duration), out var again, out problem), problem);
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("1000", "the unit is missing, write \"1000ms\" or \"1000s\"")]
    [InlineData("5m", "write \"5min\" or \"5ms\"")]
    [InlineData("5mins", "did you mean \"min\"?")]
    [InlineData("", "expected a duration")]
    [InlineData("s", "expected a duration")]
    [InlineData("-1s", "expected a duration")]
    [InlineData("1.2.3s", "expected a duration")]
    [InlineData("99999999999999999999d", "longer than any duration")]
    [InlineData("10000000d10000000d", "longer than any duration")]
    public void What_is_no_duration_says_what_to_write(string text, string expected)
    {
        Assert.False(DurationText.TryParse(text, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0B", 0)]
    [InlineData("64KB", 65_536)]
    [InlineData("1.5MB", 1_572_864)]
    [InlineData("2GB", 2_147_483_648)]
    public void A_size_is_a_number_and_a_unit(string text, long bytes)
    {
        Assert.True(Size.TryParse(text, out var size, out var problem), problem);
        Assert.Equal(bytes, size.Bytes);
    }

    [Theory]
    [InlineData("512", "the unit is missing, write \"512B\" or \"512MB\"")]
    [InlineData("512mb", "did you mean \"MB\"?")]
    [InlineData("1MB2KB", "expected a size")]
    [InlineData("99999999999999GB", "larger than any size")]
    public void What_is_no_size_says_what_to_write(string text, string expected)
    {
        Assert.False(Size.TryParse(text, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pol", "poll")]
    [InlineData("plol", "poll")]
    [InlineData("TimeOut", "timeout")]
    [InlineData("recconect", "reconnect")]
    [InlineData("x", null)]
    [InlineData("drivers_of_the_press", null)]
    [InlineData("", null)]
    public void The_nearest_known_word_is_found_or_none(string word, string? expected) =>
        Assert.Equal(expected, Nearest.Find(word, ["poll", "timeout", "reconnect", "driver"]));

    [Theory]
    [InlineData("plc/${TENANT}/${PLC}", "plc/acme/7")]
    [InlineData("$$x $x $ $${TENANT} ^a$", "$x $x $ ${TENANT} ^a$")]
    [InlineData("${EMPTY}.", ".")]
    [InlineData("${NONE:-8883}", "8883")]
    [InlineData("${PLC:-8883}", "7")]
    [InlineData("${EMPTY:-8883}${NONE:-}.", "8883.")]
    [InlineData("plc/${TENANT:-x}/${NONE:-y z}!", "plc/acme/y z!")]
    [InlineData("${NONE:-plc/${TENANT}/${PLC}}", "plc/acme/7")]
    [InlineData("${NONE:-plc/${TENANT}/${NONE}:-plc/db1}", "plc/db1")]
    [InlineData("${NONE:-plc/${EMPTY}/${PLC}:-plc/db1}", "plc/db1")]
    [InlineData("${NONE:-plc/${TENANT}/${PLC}:-plc/db1}", "plc/acme/7")]
    [InlineData("${PLC:-${NONE}}", "7")]
    [InlineData("${NONE:-${EMPTY}}", "")]
    [InlineData("${NONE:-{device}/{tag}}/x", "{device}/{tag}/x")]
    [InlineData("${NONE:-http://h:1/$${PLC}}", "http://h:1/${PLC}")]
    public void Names_are_replaced_and_dollars_stay(string text, string expected) =>
        Assert.Equal(expected, EnvironmentExpansion.Apply(text, Environment, (column, message) => Assert.Fail($"{column}: {message}")));

    [Theory]
    [InlineData("a/${TENANT}/${NONE}", 13, "NONE is not set")]
    [InlineData("a/${", 3, "no end")]
    [InlineData("${}", 1, "no name")]
    [InlineData("${a-b}", 1, "no name")]
    [InlineData("x${NONE:-${PLC}/${OTHER}}", 17, "OTHER is not set")]
    [InlineData("x${NONE:-a", 2, "ends with }")]
    [InlineData("x${NONE:8883}", 2, "without -")]
    [InlineData("${PLC:-${a-b}}", 8, "no name")]
    [InlineData("${1:-x}", 1, "no name")]
    public void A_name_that_cannot_be_replaced_is_told_with_its_column(string text, int column, string expected)
    {
        var problems = new List<(int Column, string Message)>();
        EnvironmentExpansion.Apply(text, Environment, (at, message) => problems.Add((at, message)));
        Assert.Equal(column, Assert.Single(problems).Column);
        Assert.Contains(expected, problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_inside_each_other_are_bounded()
    {
        var problems = new List<string>();
        var text = string.Concat(Enumerable.Repeat("${NONE:-", 100_000));
        Assert.Equal(text, EnvironmentExpansion.Apply(text, Environment, (_, message) => problems.Add(message)));
        Assert.Contains("16 deep", Assert.Single(problems), StringComparison.Ordinal);
    }

    private static string? Environment(string name) => name switch { "TENANT" => "acme", "PLC" => "7", "EMPTY" => "", _ => null };
}
