namespace PlantRuntime.Host.Cli.Watch;

/// <summary>
/// The rows that the live table shows, and what the keys have changed: filter, order, selected row, first visible row. Owned by the loop
/// of the table, on whose thread all methods run; does no I/O.
/// </summary>
/// <param name="endsPlant">True if the end of the table ends the plant too, so that <c>q</c> asks.</param>
internal sealed class TableState(bool endsPlant)
{
    private readonly List<TableRow> _rows = [];
    private string[] _words = [];
    private (RowKind Kind, string Name)? _selected;

    /// <summary>The rows that pass the filter, in the chosen order.</summary>
    public IReadOnlyList<TableRow> Rows => _rows;

    /// <summary>Number of rows before the filter.</summary>
    public int Total { get; private set; }

    /// <summary>Index of the first visible row.</summary>
    public int Top { get; private set; }

    /// <summary>Number of rows that the screen has room for.</summary>
    public int Page { get; private set; }

    /// <summary>Index of the selected row; 0 without rows.</summary>
    public int Selected { get; private set; }

    /// <summary>The words of the filter, as they were typed.</summary>
    public string Filter { get; private set; } = "";

    /// <summary>True while keys go into the filter.</summary>
    public bool IsTyping { get; private set; }

    /// <summary>True while only rows are shown that do not work.</summary>
    public bool IsBadOnly { get; private set; }

    /// <summary>True while <c>q</c> waits for the answer.</summary>
    public bool IsAsking { get; private set; }

    /// <summary>True if the end of the table ends the plant too.</summary>
    public bool EndsPlant => endsPlant;

    /// <summary>The order of the rows.</summary>
    public TableOrder Order { get; private set; }

    /// <summary>
    /// Filters and orders the rows anew. The selection stays at its row, or at its place if the row is gone; at the top it stays at the
    /// top, where bad rows appear.
    /// </summary>
    public void Update(SiteView view)
    {
        Total = view.Parts.Count + view.Tags.Count;
        _rows.Clear();
        foreach (var row in view.Parts) AddMatching(row);
        foreach (var row in view.Tags) AddMatching(row);
        Sort();
        var found = _selected is { } key ? _rows.FindIndex(r => r.Kind == key.Kind && r.Name == key.Name) : 0;
        Selected = Math.Clamp(found >= 0 ? found : Selected, 0, Math.Max(0, _rows.Count - 1));
    }

    /// <summary>Scrolls so that the selected row is visible on a screen with room for so many rows.</summary>
    public void Scroll(int page)
    {
        Page = page;
        if (Selected < Top) Top = Selected;
        if (Selected >= Top + page) Top = Selected - page + 1;
        Top = Math.Clamp(Top, 0, Math.Max(0, _rows.Count - page));
    }

    /// <summary>Applies a key.</summary>
    /// <returns>True if it ends the table.</returns>
    public bool Press(ConsoleKeyInfo key)
    {
        if (IsAsking)
        {
            IsAsking = false;
            return key.KeyChar is 'y' or 'Y';
        }

        if (Move(key)) return false;
        if (IsTyping) Type(key);
        else if (key.Key == ConsoleKey.Escape) SetFilter("");
        else
        {
            switch (key.KeyChar)
            {
                case 'q' or 'Q' when endsPlant: IsAsking = true; break;
                case 'q' or 'Q': return true;
                case '/': IsTyping = true; break;
                case 'b': IsBadOnly = !IsBadOnly; break;
                case 's': Order = Order == TableOrder.NewestFirst ? TableOrder.BadFirst : Order + 1; break;
                default: break;
            }
        }

        return false;
    }

    private void AddMatching(TableRow row)
    {
        if (IsBadOnly && !row.IsBad) return;
        foreach (var word in _words)
        {
            if (!row.Name.Contains(word, StringComparison.OrdinalIgnoreCase)
                && !row.State.Contains(word, StringComparison.OrdinalIgnoreCase)
                && !row.Unit.Equals(word, StringComparison.OrdinalIgnoreCase)
                && !row.Kind.ToString().Equals(word, StringComparison.OrdinalIgnoreCase)) return;
        }

        _rows.Add(row);
    }

    /// <summary>Orders the rows; rows that are equal in the order stay in that of the site.</summary>
    private void Sort()
    {
        List<TableRow> sorted = Order switch
        {
            TableOrder.Name => [.. _rows.OrderBy(r => r.Name, StringComparer.OrdinalIgnoreCase)],
            TableOrder.NewestFirst => [.. _rows.OrderByDescending(r => r.Time)],
            _ => [.. _rows.OrderBy(r => r.IsBad ? 0 : r.Reason.Length > 0 ? 1 : 2)],
        };
        _rows.Clear();
        _rows.AddRange(sorted);
    }

    private bool Move(ConsoleKeyInfo key)
    {
        int? to = key.Key switch
        {
            ConsoleKey.UpArrow => Selected - 1,
            ConsoleKey.DownArrow => Selected + 1,
            ConsoleKey.PageUp => Selected - Page,
            ConsoleKey.PageDown => Selected + Page,
            ConsoleKey.Home => 0,
            ConsoleKey.End => _rows.Count - 1,
            _ => null,
        };
        if (to is not { } index) return false;
        Selected = Math.Clamp(index, 0, Math.Max(0, _rows.Count - 1));
        _selected = Selected == 0 ? null : (_rows[Selected].Kind, _rows[Selected].Name);
        return true;
    }

    private void Type(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter: IsTyping = false; break;
            case ConsoleKey.Escape:
                IsTyping = false;
                SetFilter("");
                break;
            case ConsoleKey.Backspace when Filter.Length > 0:
                // A character outside the basic plane has two units.
                SetFilter(Filter[..^(char.IsLowSurrogate(Filter[^1]) && Filter.Length > 1 ? 2 : 1)]);
                break;
            case ConsoleKey.Backspace: IsTyping = false; break;
            default:
                if (!char.IsControl(key.KeyChar)) SetFilter(Filter + key.KeyChar);
                break;
        }
    }

    private void SetFilter(string filter)
    {
        Filter = filter;
        _words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        (_selected, Selected, Top) = (null, 0, 0);
    }
}

/// <summary>The orders of the rows, in the sequence of the key <c>s</c>.</summary>
internal enum TableOrder
{
    /// <summary>Rows that do not work, then those with a reason, then the others; each in the order of the site.</summary>
    BadFirst,

    /// <summary>By name.</summary>
    Name,

    /// <summary>By the time of the last change, newest first.</summary>
    NewestFirst,
}
