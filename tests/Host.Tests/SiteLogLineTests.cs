using PlantRuntime.Host.Cli;
using PlantRuntime.Logging;

namespace PlantRuntime.Host.Tests;

/// <summary>Lines of a log file.</summary>
public class SiteLogLineTests
{
    [Theory]
    [InlineData("2026-11-30T21:50:59.535Z WARN  BAD tag=line.pressure", LogLevel.Warn)]
    [InlineData("2026-11-30T21:50:59.535Z ERROR SITE problem=\"x\"", LogLevel.Error)]
    [InlineData("{\"time\":\"2026-11-30T21:50:59.535Z\",\"level\":\"error\",\"event\":\"SITE\"}", LogLevel.Error)]
    [InlineData("{\"level\":7}", LogLevel.Info)]
    [InlineData("{\"level\":\"wa", LogLevel.Info)]
    [InlineData("written by another program", LogLevel.Info)]
    [InlineData("", LogLevel.Info)]
    public void A_line_has_its_level_in_each_form(string line, LogLevel level)
    {
        Assert.Equal(level, SiteLogLine.Parse(line).Level);
        Assert.Equal(line, SiteLogLine.Parse(line).Text);
    }

    [Fact]
    public void Control_characters_are_escaped() => Assert.Equal("a\\u001B[2J", SiteLogLine.Parse("a\u001b[2J").Text);
}
