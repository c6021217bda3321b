using System.Text;
using PlantRuntime.Host.Cli.Watch;

namespace PlantRuntime.Host.Tests.Watch;

/// <summary>Checks the text that is written to the terminal.</summary>
public sealed class ScreenTests : IDisposable
{
    private const string Esc = "\u001b";
    private readonly MemoryStream _terminal = new();
    private readonly Screen _screen;

    public ScreenTests() => _screen = new Screen(_terminal);

    public void Dispose()
    {
        _screen.Dispose();
        _terminal.Dispose();
    }

    [Fact]
    public void Only_lines_that_differ_are_written()
    {
        var first = Show(["aa", "bb", "cc"]);
        Assert.StartsWith($"{Esc}[?1049h{Esc}[?25l{Esc}[?7l", first, StringComparison.Ordinal);
        Assert.EndsWith($"{Esc}[1;1Haa{Esc}[2;1Hbb{Esc}[3;1Hcc", first, StringComparison.Ordinal);
        Assert.Equal("", Show(["aa", "bb", "cc"]));
        Assert.Equal($"{Esc}[2;1Hb!", Show(["aa", "b!", "cc"]));
        Assert.Equal($"{Esc}[1;1H{Esc}[2Kプ", Show(["プ", "b!", "cc"]));
    }

    [Fact]
    public void A_screen_of_another_size_is_cleared_and_drawn_as_a_whole()
    {
        Show(["aa", "bb"]);
        Assert.Equal($"{Esc}[2J{Esc}[1;1Haa{Esc}[2;1Hbb", Show(["aa", "bb"], width: 3));
        _screen.Invalidate();
        Assert.StartsWith($"{Esc}[?1049h", Show(["aa", "bb"], width: 3), StringComparison.Ordinal);
    }

    [Fact]
    public void At_the_end_the_terminal_is_as_before_and_nothing_more_is_written()
    {
        Show(["aa"]);
        _screen.Dispose();
        Assert.Equal($"{Esc}[0m{Esc}[?7h{Esc}[?25h{Esc}[?1049l", Written());
        Assert.Equal("", Show(["bb"]));
        _screen.Dispose();
        Assert.Equal("", Written());
    }

    private string Show(List<string> lines, int width = 2)
    {
        _screen.Show(lines, width, lines.Count);
        return Written();
    }

    private string Written()
    {
        var text = Encoding.UTF8.GetString(_terminal.ToArray());
        _terminal.SetLength(0);
        return text;
    }
}
