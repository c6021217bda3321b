using PlantRuntime.Host.Cli;

namespace PlantRuntime.Host.Tests.Watch;

/// <summary>The screen of the live table, at any size.</summary>
public class TableRendererTests
{
    [Fact]
    public void At_80_columns_the_columns_are_fixed_and_reasons_are_complete_below_the_table()
    {
        var lines = Failing().Screen();
        Assert.Equal(
            """
             press-hall  degraded  1/3 devices  1 sink  0/1 recipe  2/3 tags      12:00:00Z
             KIND   NAME                        STATE                  VALUE UNIT       AGE
            !device press                       Reconnecting               0 scans/s
            !device oven                        Parked                     0 scans/s
            !recipe recipes/press.csx           Stopped                   v2
            !tag    line.lost                   BAD                        - m           2h
             device line                        Running                    0 scans/s
             sink   history                     Running                   12 waiting
             tag    line.level                  GOOD               123456789 m           1s
             tag    line.speed                  GOOD                     0.1 m           0s




            device press = 0 scans/s  cycle 1.5 ms  failed 3  skipped 0
            device press: the connection was refused by the device the connection was
              refused by the device the connection was refused by the device the connection
              was refused by the device the connection was refused by the device the
              connection was refused by the device the connection was refused by the device
              the .end
              next: the host tries again by itself; check power, cable and address of the
              device: plant doctor sites/press-hall
            2 more: select a row for its reason
             / filter  b bad only  s bad first  q quit                             1-8 of 8
            """.ReplaceLineEndings("\n"),
            string.Join('\n', lines.Select(l => l.TrimEnd())));
    }

    [Fact]
    public void At_140_columns_all_reasons_and_the_counters_are_there()
    {
        var lines = Failing().Screen(140, 45);
        Assert.Equal(45, lines.Count);
        Assert.EndsWith("12:00:00Z ", lines[0], StringComparison.Ordinal);
        Assert.Contains("cycle 1.5 ms  failed 3  skipped 0", lines[2], StringComparison.Ordinal);
        Assert.Equal(2, lines.Count(l => l.Contains(".end", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.StartsWith("recipe recipes/press.csx: line 3: it runs too long", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("  next: its driver misbehaved", StringComparison.Ordinal)
            && l.Contains("plant restart sites/press-hall oven", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_line_takes_exactly_its_columns_at_every_size_and_the_title_is_the_first()
    {
        var table = Failing().Apply("log", Log("2026-09-21T12:00:00Z ERROR プレス e\u0301"));
        table.Tags("line", "プレス機の温度計", "e\u0301te\u0301", "x")
            .Values($"[0, \"プレス機の故障\", 2, {ExampleView.Noon}]");
        for (var height = 1; height <= 60; height++)
        {
            for (var width = 1; width <= 160; width += 3)
            {
                var lines = table.Screen(width, height);
                Assert.Equal(height, lines.Count);
                Assert.All(lines, line => Assert.True(TerminalText.Width(line) == width, $"{width}×{height}: \"{line}\""));
                if (width > 12) Assert.StartsWith(" press-hall", lines[0], StringComparison.Ordinal);
                if (height > 2 && width > 12) Assert.StartsWith(" /", lines[^1], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void The_selected_row_shows_its_reason_first()
    {
        var lines = Failing().Press(ConsoleKey.DownArrow).Screen();
        Assert.StartsWith("device oven = 0 scans/s", lines[14], StringComparison.Ordinal);
        Assert.StartsWith("device oven: the connection", lines[15], StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_host_is_named_below_the_title_and_the_rows_stay()
    {
        var table = Failing();
        table.View.Lose("the host has ended; trying again");
        var lines = table.Screen();
        Assert.StartsWith("the host has ended; trying again", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("!device press", lines[3], StringComparison.Ordinal);
        Assert.StartsWith(" KIND", table.Values("[]").Screen()[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_of_devices_never_reach_the_terminal()
    {
        var table = new ExampleView().Tags("line", "a\u001b[2Jb").Values("[0, \"\\u001b]0;title\\u0007\\n\\u202e\", 0, 0]")
            .Status([("line", "Parked", "\u001b[31mred\r\n\u0007")]).Apply("log", Log("\u001b[2Jline"));
        var allowed = new System.Text.RegularExpressions.Regex(@"\u001b\[(0|1|7|31|32|33|90)m");
        Assert.All(table.Render(140, 45),
            line => Assert.DoesNotContain(allowed.Replace(line, ""), c => char.IsControl(c) || c == '\u202e'));
        Assert.Contains(table.Screen(140, 45), l => l.Contains("\\u001B]0;title", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_colours_only_bold_and_reverse_are_used()
    {
        var text = string.Concat(Failing().Render(80, 24, hasColor: false));
        Assert.DoesNotContain("\u001b[3", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[9", text, StringComparison.Ordinal);
        Assert.Contains("\u001b[7m", text, StringComparison.Ordinal);
    }

    private static System.Text.Json.Nodes.JsonArray Log(string line) =>
        [new System.Text.Json.Nodes.JsonObject { ["number"] = 1, ["level"] = "ERROR", ["line"] = line }];

    private static ExampleView Failing() => new ExampleView()
        .Tags("line", "level", "lost", "speed")
        .Values($"[0, 123456789, 0, {ExampleView.Noon - 1000}, 1, null, 2, {ExampleView.Noon - 7_200_000}, 2, 0.1, 0, {ExampleView.Noon}]")
        .Status(
            [
                ("line", "Running", null), ("press", "Reconnecting", ExampleView.LongReason("press")["press: ".Length..]),
                ("oven", "Parked", ExampleView.LongReason("oven")["oven: ".Length..]),
            ],
            ("recipes/press.csx", "Stopped", "line 3: it runs too long"));
}
