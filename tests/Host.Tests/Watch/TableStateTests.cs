using PlantRuntime.Host.Cli.Watch;

namespace PlantRuntime.Host.Tests.Watch;

/// <summary>Checks the keys of the live table.</summary>
public class TableStateTests
{
    [Fact]
    public void Two_thousand_tags_are_scrolled_by_rows_pages_and_to_both_ends()
    {
        var table = Many();
        table.Screen();
        var page = table.State.Page;
        Assert.Equal("line.t0", Selected(table));
        Assert.Equal("line.t1999", Selected(table.Press(ConsoleKey.End)));
        Assert.Equal((1999, 2000 - page), (table.State.Selected, Drawn(table).Top));
        Assert.Equal($"line.t{1999 - page}", Selected(table.Press(ConsoleKey.PageUp)));
        Assert.Equal("line.t0", Selected(table.Press(ConsoleKey.Home, ConsoleKey.UpArrow)));
        Assert.Equal($"line.t{page + 1}", Selected(table.Press(ConsoleKey.PageDown, ConsoleKey.DownArrow)));
        Assert.Contains(table.Screen(), l => l.Contains($"line.t{page + 1} ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_filter_shows_the_rows_with_all_of_its_words_while_it_is_typed()
    {
        var table = Many().Type("/T19 line");
        Assert.Equal(111, Drawn(table).Rows.Count);
        Assert.StartsWith(" /T19 line_", table.Screen()[^1], StringComparison.Ordinal);
        table.Press([.. Enumerable.Repeat(ConsoleKey.Backspace, " line".Length)]).Type("9q");
        Assert.Empty(Drawn(table).Rows);
        Assert.Contains(table.Screen(), l => l.Contains("no row matches the filter", StringComparison.Ordinal));
        table.Press(ConsoleKey.Backspace, ConsoleKey.Enter);
        Assert.Equal(11, Drawn(table).Rows.Count);
        Assert.Contains("1-11 of 11 (2000 in all)", table.Screen()[^1], StringComparison.Ordinal);
        Assert.Equal(2000, Drawn(table.Press(ConsoleKey.Escape)).Rows.Count);
    }

    [Fact]
    public void The_selection_stays_at_its_row_when_another_one_turns_bad_and_at_the_top_it_shows_that_one()
    {
        var table = Many().Press(ConsoleKey.DownArrow);
        Assert.Equal("line.t1", Selected(table.Values("[700, null, 2, 5]")));
        Assert.Equal(2, Drawn(table).Selected);
        Assert.Equal("line.t700", Selected(table.Press(ConsoleKey.Home)));
        Assert.Equal("line.t900", Selected(table.Values("[700, 1, 0, 6, 900, null, 1, 6]")));
    }

    [Fact]
    public void Only_bad_rows_are_shown_on_request()
    {
        var table = Many().Type("b");
        Assert.Contains(table.Screen(), l => l.Contains("nothing is bad", StringComparison.Ordinal));
        Assert.Equal(["line.t5", "line.t7"], Drawn(table.Values("[7, null, 1, 5, 5, null, 2, 5]")).Rows.Select(r => r.Name));
        Assert.Equal(2000, Drawn(table.Type("b")).Rows.Count);
    }

    [Fact]
    public void The_order_is_bad_first_then_by_name_then_newest_first()
    {
        var table = Many().Values($"[1500, 3, 0, {ExampleView.Noon}, 1600, null, 2, 7]");
        Assert.Equal("line.t1600", Drawn(table).Rows[0].Name);
        Assert.Equal(["line.t0", "line.t1", "line.t10"], Drawn(table.Type("s")).Rows.Take(3).Select(r => r.Name));
        Assert.Equal("line.t1500", Drawn(table.Type("s")).Rows[0].Name);
        Assert.Equal("line.t1600", Drawn(table.Type("s")).Rows[0].Name);
    }

    [Fact]
    public void In_watch_q_ends_the_table_and_in_run_it_asks_first()
    {
        var q = new ConsoleKeyInfo('q', ConsoleKey.Q, false, false, false);
        Assert.True(new TableState(endsPlant: false).Press(q));
        var run = new TableState(endsPlant: true);
        Assert.False(run.Press(q));
        Assert.True(run.IsAsking);
        Assert.False(run.Press(q));
        Assert.False(run.IsAsking);
        Assert.False(run.Press(q));
        Assert.True(run.Press(new ConsoleKeyInfo('y', ConsoleKey.Y, false, false, false)));
    }

    [Fact]
    public void A_reload_that_removes_tags_leaves_the_table_whole()
    {
        var table = Many().Press(ConsoleKey.End);
        table.Screen();
        table.Tags("line", "a", "b").Values("[0, 1, 0, 5, 1, 2, 0, 5]");
        Assert.Equal((1, 0), (Drawn(table).Selected, table.State.Top));
        Assert.Equal(0, Drawn(table.Tags("line")).Selected);
        table.Press(ConsoleKey.DownArrow, ConsoleKey.End, ConsoleKey.PageUp);
    }

    private static ExampleView Many() => new ExampleView()
        .Tags("line", [.. Enumerable.Range(0, 2000).Select(i => $"t{i}")])
        .Values($"[{string.Join(',', Enumerable.Range(0, 2000).Select(i => $"{i},{i},0,1000"))}]");

    private static TableState Drawn(ExampleView table)
    {
        table.Screen();
        return table.State;
    }

    private static string Selected(ExampleView table) => Drawn(table).Rows[table.State.Selected].Name;
}
