namespace PlantRuntime.Host.Sites;

/// <summary>
/// A document's characters, the place among them, and the problems found on the way. It only moves forward, but for one line.
/// </summary>
internal sealed class TomlScanner(string text, string file, ProblemList problems)
{
    private int _line = 1;
    private int _lineStart;

    /// <summary>The problems found so far.</summary>
    public ProblemList Problems { get; } = problems;

    /// <summary>Index of the next character.</summary>
    public int Index { get; private set; }

    /// <summary>Arrays and inline tables that are open. Left as it is when reading fails inside one, so that recovery knows.</summary>
    public int OpenBrackets { get; set; }

    /// <summary>The line of the next character.</summary>
    public int Line => _line;

    /// <summary>The place of the next character.</summary>
    public Position Here => new(file, _line, Index - _lineStart + 1);

    /// <summary>True when nothing is left.</summary>
    public bool AtEnd => Index >= text.Length;

    /// <summary>True at a line break or the end.</summary>
    public bool AtLineEnd => AtEnd || Peek() == '\n' || (Peek() == '\r' && Peek(1) == '\n');

    /// <summary>The next character or one further on; -1 past the end.</summary>
    public int Peek(int ahead = 0) => Index + ahead < text.Length ? text[Index + ahead] : -1;

    /// <summary>The next character in words, for an error.</summary>
    public string Found() => AtEnd ? "the end of the file"
        : AtLineEnd ? "the end of the line"
        : Peek() < ' ' || Peek() == 0x7F ? $"the control character U+{Peek():X4}"
        : $"'{(char)Peek()}'";

    /// <summary>The text from <paramref name="start"/> to the next character.</summary>
    public string Since(int start) => text[start..Index];

    /// <summary>Passes characters that are no line breaks.</summary>
    public void Skip(int count) => Index += count;

    /// <summary>Passes this character if it is the next.</summary>
    public bool Take(char wanted)
    {
        if (Peek() != wanted) return false;
        Index++;
        return true;
    }

    /// <summary>Passes a line break if one is next.</summary>
    public bool TakeLineBreak()
    {
        if (AtEnd || !AtLineEnd) return false;
        Index += Peek() == '\r' ? 2 : 1;
        _line++;
        _lineStart = Index;
        return true;
    }

    /// <summary>Passes blanks and tabs.</summary>
    public void SkipBlanks()
    {
        while (Peek() is ' ' or '\t') Index++;
    }

    /// <summary>Passes blanks and, if one is there, the comment to the end of the line.</summary>
    public void SkipBlanksAndComment()
    {
        SkipBlanks();
        if (Peek() != '#') return;
        for (; !AtLineEnd; Index++)
        {
            if (IsControl(Peek())) Problem(Here, $"a comment may not hold {Found()}");
        }
    }

    /// <summary>Passes blanks, comments and line breaks.</summary>
    public void SkipLines()
    {
        do SkipBlanksAndComment();
        while (TakeLineBreak());
    }

    /// <summary>Passes the rest of the line and its break.</summary>
    public void SkipLine()
    {
        while (!AtLineEnd) Index++;
        TakeLineBreak();
    }

    /// <summary>Goes back to the beginning of the line.</summary>
    public void RewindLine() => Index = _lineStart;

    /// <summary>Goes back to a place in the same line.</summary>
    public void RewindTo(int index) => Index = index;

    /// <summary>Notes a problem.</summary>
    public void Problem(Position at, string message) => Problems.Add(at, message);

    /// <summary>Control characters other than tab, which TOML allows nowhere but as escapes.</summary>
    public static bool IsControl(int c) => c is (>= 0 and < ' ' and not '\t') or 0x7F;
}
