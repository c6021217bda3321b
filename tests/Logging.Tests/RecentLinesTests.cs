using PlantRuntime.Logging;

namespace PlantRuntime.Logging.Tests;

/// <summary>The last lines in memory.</summary>
public class RecentLinesTests
{
    [Fact]
    public void Lines_have_numbers_that_go_on_when_old_lines_make_room()
    {
        var lines = new RecentLines(3);
        Assert.Equal(0, lines.Last);
        Assert.Empty(lines.After(0));
        for (var i = 1; i <= 5; i++) lines.Write(LogLevel.Info, $"line {i}");
        Assert.Equal(5, lines.Last);
        Assert.Equal([(3, "line 3"), (4, "line 4"), (5, "line 5")], lines.After(0).Select(l => (l.Number, l.Line)));
        Assert.Equal([5L], lines.After(4).Select(l => l.Number));
        Assert.Empty(lines.After(5));
    }
}
