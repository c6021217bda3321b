using System.Globalization;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Host.Cli.Watch;

/// <summary>
/// Draws the live table as lines of text: title, names of columns, rows, reasons, log lines, keys. The title and the keys are there at
/// every size; only visible rows are formatted. Does no I/O.
/// </summary>
internal static class TableRenderer
{
    private const int StateWidth = 12;
    private const int ValueWidth = 15;
    private const int UnitWidth = 8;
    private const int AgeWidth = 5;
    private const int KindWidth = 6;

    /// <summary>Columns that a name takes at most, so that a wide screen shows the counters too.</summary>
    private const int MaxNameWidth = 40;

    /// <summary>From this number of lines on the last log lines are shown.</summary>
    private const int LogScreen = 30;

    private const int MaxTroubleLines = 3;
    private const int MaxDetailLines = 3;

    /// <summary>Draws the table on a screen of this size, with colours or without; scrolls so that the selection is visible.</summary>
    /// <returns>One text for each line of the screen; each takes all of its columns.</returns>
    public static List<string> Render(SiteView view, TableState state, int width, int height, bool hasColor)
    {
        ScreenLine Line() => new(width, hasColor);
        List<string> trouble = view.Trouble is { } reason ? [.. TerminalText.Wrap(reason, width).Take(MaxTroubleLines)] : [];
        var (log, logLines) = (view.Lines.Count, height >= LogScreen ? Math.Min(view.Lines.Count, height / 5) : 0);
        var room = height - 3 - trouble.Count - logLines;

        // Reasons have half of the screen, and what the rows leave free.
        var notes = room < 4 ? [] : Notes(view, state, width, Math.Max(room / 2, room - state.Rows.Count), Line);
        var visible = Math.Max(0, room - notes.Count);
        state.Scroll(visible);
        var columns = new Columns(width);
        List<string> lines = [Title(view, width, Line())];
        lines.AddRange(trouble.Select(t => Line().Add(t, TextStyle.Bad).End()));
        lines.Add(Head(columns, Line()));
        for (var i = 0; i < visible; i++)
        {
            var index = state.Top + i;
            if (index < state.Rows.Count) lines.Add(Row(view, state.Rows[index], index == state.Selected, columns, Line()));
            else lines.Add(Line().Add(i == 0 && state.Rows.Count == 0 ? Empty(view, state) : "", TextStyle.Faint).End());
        }

        lines.AddRange(notes);
        lines.AddRange(view.Lines.Skip(log - logLines).Select(l => Line().Add(l.Text, StyleOf(l.Level)).End()));
        lines.Add(Keys(state, visible, width, Line()));

        // A screen of one or two lines has the title.
        if (lines.Count > height) lines.RemoveRange(Math.Max(0, height), lines.Count - Math.Max(0, height));
        return lines;
    }

    private static string Title(SiteView view, int width, ScreenLine line)
    {
        var parts = new List<string>();
        foreach (var kind in Enum.GetValues<RowKind>())
        {
            List<TableRow> rows = [.. (kind == RowKind.Tag ? view.Tags : view.Parts).Where(p => p.Kind == kind)];
            var good = rows.Count(r => !r.IsBad);
            if (rows.Count > 0) parts.Add((good == rows.Count ? "" : $"{good}/") + Plural.Format(rows.Count, Word(kind)));
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(view.Time);
        var time = view.Time == 0 ? "" : now.ToString("HH:mm:ss'Z' ", CultureInfo.InvariantCulture);
        var state = view.Health.Length == 0 ? "" : view.IsReady || view.Health != "ok" ? $"  {view.Health}" : "  not ready";
        var left = $" {view.Name}{state}  {string.Join("  ", parts)}";

        // On a narrow screen the name is worth more than the time.
        var leftWidth = width - time.Length;
        var title = leftWidth > 2 * time.Length ? TerminalText.Fit(left, leftWidth) + time : left;
        return line.Add(title, TextStyle.Title).End(TextStyle.Title);
    }

    private static string Head(Columns columns, ScreenLine line)
    {
        line.Add(" ", TextStyle.Head);
        if (columns.HasKind) line.Cell("KIND", KindWidth, TextStyle.Head);
        line.Cell("NAME", columns.Name, TextStyle.Head).Cell("STATE", StateWidth, TextStyle.Head);
        if (columns.HasValue) line.Cell("VALUE", ValueWidth, TextStyle.Head, isRight: true);
        if (columns.HasUnit) line.Cell("UNIT", UnitWidth, TextStyle.Head);
        if (columns.HasAge) line.Cell("AGE", AgeWidth, TextStyle.Head, isRight: true);
        if (columns.HasInfo) line.Add("INFO", TextStyle.Head);
        return line.End();
    }

    private static string Row(SiteView view, TableRow row, bool isSelected, Columns columns, ScreenLine line)
    {
        var plain = isSelected ? TextStyle.Selected : view.Trouble is null ? TextStyle.Plain : TextStyle.Faint;
        var colored = plain != TextStyle.Plain ? plain : row.IsBad ? TextStyle.Bad : row.Reason.Length > 0 ? TextStyle.Warning
            : TextStyle.Good;
        line.Add(row.IsBad ? "!" : " ", colored);
        if (columns.HasKind) line.Cell(Word(row.Kind), KindWidth, plain);
        line.Cell(row.Name, columns.Name, plain).Cell(row.State, StateWidth, colored);
        if (columns.HasValue) line.Cell(ValueText.Format(row.Value, ValueWidth), ValueWidth, plain, isRight: true);
        if (columns.HasUnit) line.Cell(row.Unit, UnitWidth, plain);
        if (columns.HasAge) line.Cell(row.Time == 0 ? "" : Amounts.Duration((view.Time - row.Time) / 1000), AgeWidth, plain, isRight: true);
        if (columns.HasInfo) line.Add(row.Info, plain);
        return line.End(plain == TextStyle.Selected ? plain : TextStyle.Plain);
    }

    /// <summary>
    /// Draws what does not fit into columns: all of the selected row, then the reasons of the site and of each row that has one, complete,
    /// as many as there is room for.
    /// </summary>
    private static List<string> Notes(SiteView view, TableState state, int width, int room, Func<ScreenLine> line)
    {
        var selected = state.Rows.Count == 0 ? null : state.Rows[state.Selected];
        var lines = new List<string>();
        if (selected is not null)
        {
            var unit = selected.Unit.Length == 0 ? "" : $" {selected.Unit}";
            var text = $"{Word(selected.Kind)} {selected.Name} = {ValueText.Format(selected.Value)}{unit}"
                + (selected.Info.Length == 0 ? "" : $"  {selected.Info}");
            lines.AddRange(TerminalText.Wrap(text, width).Take(MaxDetailLines).Select(l => line().Add(l, TextStyle.Faint).End()));
        }

        List<(string Text, string Next, TextStyle Style)> reasons =
        [
            .. view.Problems.Select(p => (p, "", TextStyle.Bad)),
            .. view.Parts.Where(p => p.Reason.Length > 0).OrderBy(p => p == selected ? 0 : p.IsBad ? 1 : 2)
                .Select(p => ($"{Word(p.Kind)} {p.Name}: {p.Reason}", p.Next, p.IsBad ? TextStyle.Bad : TextStyle.Warning)),
        ];
        for (var i = 0; i < reasons.Count; i++)
        {
            var (text, next, style) = reasons[i];
            List<string> block = [.. Indented(text, width).Select(l => line().Add(l, style).End())];
            if (next.Length > 0) block.AddRange(Indented($"  next: {next}", width).Select(l => line().Add(l).End()));
            var left = room - lines.Count - (i == reasons.Count - 1 ? 0 : 1);
            if (block.Count <= left)
            {
                lines.AddRange(block);
                continue;
            }

            // The first reason is shown as far as it goes: a screen that small has no place for all of it.
            if (i == 0 && left > 0) lines.AddRange(block.Take(left));
            var more = reasons.Count - i - (i == 0 && left > 0 ? 1 : 0);
            if (more > 0 && lines.Count < room) lines.Add(line().Add($"{more} more: select a row for its reason", TextStyle.Faint).End());
            break;
        }

        return lines.Count > room ? lines[..room] : lines;
    }

    /// <summary>Wraps a text, with every line but the first indented by two columns.</summary>
    private static IEnumerable<string> Indented(string text, int width) =>
        TerminalText.Wrap(text, Math.Max(1, width - 2)).Select((l, i) => i == 0 ? l : $"  {l}");

    private static string Keys(TableState state, int visible, int width, ScreenLine line)
    {
        if (state.IsAsking) return line.Add(" End the plant? y ends it, any other key goes on.", TextStyle.Head).End();
        if (state.IsTyping) return line.Add($" /{state.Filter}_  Enter keeps the filter, Esc clears it", TextStyle.Head).End();
        var count = state.Rows.Count;
        var last = visible == 0 ? 0 : Math.Min(count, state.Top + visible);
        var place = $" {(last == 0 ? 0 : state.Top + 1)}-{last} of {count}" + (count == state.Total ? " " : $" ({state.Total} in all) ");
        var order = state.Order switch { TableOrder.Name => "by name", TableOrder.NewestFirst => "newest first", _ => "bad first" };
        var keys = (state.Filter.Length == 0 ? " / filter" : $" /{LogText.Sanitize(state.Filter)}  Esc clears")
            + $"  b {(state.IsBadOnly ? "all rows" : "bad only")}  s {order}  q {(state.EndsPlant ? "end" : "quit")}";
        var room = Math.Max(0, width - place.Length);
        return line.Add(TerminalText.Fit(keys, room), TextStyle.Faint).Add(place, TextStyle.Faint).End();
    }

    private static string Empty(SiteView view, TableState state) => state.Total == 0
        ? view.Trouble is null ? " the site has no devices, sinks and recipes" : ""
        : state.IsBadOnly && state.Filter.Length == 0 ? " nothing is bad: b shows all rows" : " no row matches the filter: Esc clears it";

    private static string Word(RowKind kind) => kind switch
    {
        RowKind.Device => "device",
        RowKind.Mirror => "mirror",
        RowKind.Sink => "sink",
        RowKind.Recipe => "recipe",
        _ => "tag",
    };

    private static TextStyle StyleOf(LogLevel level) => level switch
    {
        LogLevel.Error => TextStyle.Bad,
        LogLevel.Warn => TextStyle.Warning,
        _ => TextStyle.Faint,
    };

    /// <summary>The columns that a screen has room for: they depend on its width alone, so that no value moves them.</summary>
    private readonly struct Columns
    {
        public Columns(int width)
        {
            (HasKind, HasValue, HasUnit, HasAge) = (width >= 60, width >= 44, width >= 70, width >= 52);
            var rest = width - 1 - (StateWidth + 1) - (HasKind ? KindWidth + 1 : 0) - (HasValue ? ValueWidth + 1 : 0)
                - (HasUnit ? UnitWidth + 1 : 0) - (HasAge ? AgeWidth + 1 : 0);
            Name = Math.Clamp(rest - 1, 1, MaxNameWidth);
            HasInfo = rest - 1 - Name >= 12;
        }

        public int Name { get; }

        public bool HasKind { get; }

        public bool HasValue { get; }

        public bool HasUnit { get; }

        public bool HasAge { get; }

        public bool HasInfo { get; }
    }
}
