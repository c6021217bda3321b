using System.Text;

namespace PlantRuntime.Host.Cli.Watch;

/// <summary>
/// Builds one line of the screen from pieces with styles; the line takes exactly the columns of the screen. Used by the renderer, one
/// line after the other; does no I/O.
/// </summary>
/// <param name="width">The columns of the screen.</param>
/// <param name="hasColor">False for bold and reverse only.</param>
internal sealed class ScreenLine(int width, bool hasColor)
{
    private const string Reset = "\u001b[0m";
    private readonly StringBuilder _text = new();
    private int _left = width;

    /// <summary>Appends a text, cut at the edge of the screen.</summary>
    public ScreenLine Add(string text, TextStyle style = TextStyle.Plain)
    {
        if (_left <= 0 || text.Length == 0) return this;
        var cut = TerminalText.Cut(text, _left);
        _left -= TerminalText.Width(cut);
        var code = CodeOf(style);
        if (code.Length == 0) _text.Append(cut);
        else _text.Append(code).Append(cut).Append(Reset);
        return this;
    }

    /// <summary>Appends a text in a column of this width, and a space.</summary>
    public ScreenLine Cell(string text, int columns, TextStyle style = TextStyle.Plain, bool isRight = false) =>
        Add(TerminalText.Fit(text, columns, isRight) + " ", style);

    /// <summary>Pads the line and returns it.</summary>
    public string End(TextStyle style = TextStyle.Plain)
    {
        Add(new string(' ', Math.Max(0, _left)), style);
        return _text.ToString();
    }

    private string CodeOf(TextStyle style) => style switch
    {
        TextStyle.Title or TextStyle.Selected => "\u001b[7m",
        TextStyle.Head => "\u001b[1m",
        TextStyle.Good when hasColor => "\u001b[32m",
        TextStyle.Warning when hasColor => "\u001b[33m",
        TextStyle.Bad when hasColor => "\u001b[31m",
        TextStyle.Bad or TextStyle.Warning => "\u001b[1m",
        TextStyle.Faint when hasColor => "\u001b[90m",
        _ => "",
    };
}

/// <summary>Styles of a text on the screen.</summary>
internal enum TextStyle
{
    /// <summary>Nothing special.</summary>
    Plain,

    /// <summary>The title.</summary>
    Title,

    /// <summary>Names of columns.</summary>
    Head,

    /// <summary>The selected row.</summary>
    Selected,

    /// <summary>A part that works.</summary>
    Good,

    /// <summary>A part that has a reason although it works.</summary>
    Warning,

    /// <summary>A part that does not work.</summary>
    Bad,

    /// <summary>Facts from before, and help.</summary>
    Faint,
}
