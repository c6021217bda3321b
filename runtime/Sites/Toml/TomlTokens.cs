using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace PlantRuntime.Sites.Toml;

/// <summary>
/// The tokens of a document, read by Tomlyn's lexer, with their offsets in the whole text and their locations in the file. The lexer keeps
/// an object per bad character until its end, so it gets the text in pieces: memory is linear in the text, whatever that contains. Belongs
/// to one <see cref="TomlReader"/>; not thread-safe.
/// </summary>
internal sealed class TomlTokens
{
    private const int PieceLength = 16 * 1024;

    // A token that ends this close to the end of its piece may continue after it; that alone causes at most this many errors.
    private const int MaxLookAhead = 4;
    private const int MaxErrorsOfCut = 3;

    // The lexer takes U+FFFD for a byte that is not UTF-8. Utf8Text has reported such bytes; a U+FFFD in the file itself is valid.
    private const char Replacement = '\uFFFD';
    private const char InPlaceOfReplacement = '\uFFFE';

    private readonly string _text;
    private readonly string _file;
    private readonly ProblemList _problems;
    private readonly int _problemsBefore;
    private TomlLexer _lexer;
    private int _pieceStart;
    private int _pieceEnd;
    private int _errors;

    // The line of the last location, where it starts, and up to where line breaks have been counted.
    private int _line = 1;
    private int _lineStart;
    private int _counted;

    public TomlTokens(string text, string file, ProblemList problems)
    {
        _text = text.Replace(Replacement, InPlaceOfReplacement);
        _file = file;
        _problems = problems;
        _problemsBefore = problems.Count;
        Open(0, PieceLength);
    }

    /// <summary>The kind of the current token; Invalid also for a line break that is none in TOML.</summary>
    public TokenKind Kind { get; private set; }

    /// <summary>Offset of the current token's first character.</summary>
    public int Start { get; private set; }

    /// <summary>Offset after the current token's last character.</summary>
    public int End { get; private set; }

    /// <summary>True when the lexer found an error in the current token.</summary>
    public bool IsBad { get; private set; }

    /// <summary>The value of an integer, or the bits of a float.</summary>
    public long Data => unchecked((long)_lexer.Current.Data);

    /// <summary>The content of a string, escapes resolved.</summary>
    public string Content => Restored(_lexer.Current.StringValue ?? "");

    /// <summary>Tomlyn's own text for the first error in the current token.</summary>
    public string Error => _lexer.Errors.Skip(_errors).FirstOrDefault()?.Message ?? $"cannot be read: {Found(Start)}";

    /// <summary>Number of problems added so far.</summary>
    public int ProblemCount => _problems.Count;

    /// <summary>True after so many problems of this file that reading stops.</summary>
    public bool IsFull => _problems.IsFull || _problems.Count - _problemsBefore >= TomlReader.MaxProblems;

    /// <summary>The location of the current token.</summary>
    public SourceLocation At => LocationOf(Start);

    /// <summary>The text after the current token's first character, and including it.</summary>
    public ReadOnlySpan<char> Rest => _text.AsSpan(Start);

    /// <summary>The whole text.</summary>
    public string Text => _text;

    /// <summary>Reads the next token that is neither a blank nor a comment.</summary>
    /// <param name="mode">Whether a key or a value may follow: the lexer reads <c>1.5</c> differently.</param>
    public void Next(TomlLexerMode mode)
    {
        do
        {
            ReadToken(mode);
            if (Kind == TokenKind.Comment && IsBad) ReportComment();
        }
        while (Kind is TokenKind.Whitespaces or TokenKind.Comment);
    }

    /// <summary>The same, and passes line breaks, too.</summary>
    public void NextAcrossLines(TomlLexerMode mode)
    {
        do Next(mode);
        while (Kind == TokenKind.NewLine);
    }

    /// <summary>Continues at an offset: the next token read is the one that begins there.</summary>
    public void MoveTo(int offset) => Open(offset, PieceLength);

    /// <summary>The text between two offsets.</summary>
    public string Between(int start, int end) => Restored(_text[start..end]);

    /// <summary>The offset of the next line after an offset.</summary>
    public int NextLine(int offset) => _text.IndexOf('\n', offset) is var end and >= 0 ? end + 1 : _text.Length;

    /// <summary>True at a line break or the end of the text.</summary>
    public bool IsLineEnd(int offset) => offset >= _text.Length || _text.AsSpan(offset) is ['\n', ..] or ['\r', '\n', ..];

    /// <summary>The offset at which the line of <paramref name="offset"/> starts.</summary>
    public int LineStart(int offset)
    {
        LocationOf(offset);
        return _lineStart;
    }

    /// <summary>The location of an offset.</summary>
    public SourceLocation LocationOf(int offset)
    {
        if (offset < _lineStart) (_line, _lineStart, _counted) = (1, 0, 0);
        if (offset > _counted)
        {
            var passed = _text.AsSpan(_counted, offset - _counted);
            if (passed.LastIndexOf('\n') is var last and >= 0)
            {
                _line += passed.Count('\n');
                _lineStart = _counted + last + 1;
            }

            _counted = offset;
        }

        return new SourceLocation(_file, _line, offset - _lineStart + 1);
    }

    /// <summary>The character at an offset as an error text names it.</summary>
    public string Found(int offset)
    {
        if (offset >= _text.Length) return "the end of the file";
        if (IsLineEnd(offset)) return "the end of the line";
        if (IsControl(_text[offset]) || _text[offset] == '\t') return $"the control character U+{(int)_text[offset]:X4}";
        return Rune.TryGetRuneAt(_text, offset, out var rune) ? $"'{Restored(rune.ToString())}'" : $"'{_text[offset]}'";
    }

    /// <summary>Adds a problem at an offset.</summary>
    public void Fail(int offset, string message) => Fail(LocationOf(offset), message);

    /// <summary>Adds a problem at a location.</summary>
    public void Fail(SourceLocation at, string message) => _problems.Add(at, message);

    /// <summary>True for control characters other than tab, which TOML allows only as escapes.</summary>
    public static bool IsControl(char c) => c is (< ' ' and not '\t') or '\x7F';

    private void ReadToken(TomlLexerMode mode)
    {
        Advance(mode);
        for (var length = PieceLength; IsCut(); length *= 2)
        {
            Open(Start, length);
            Advance(mode);
        }
    }

    private bool IsCut() =>
        _pieceEnd < _text.Length && End + MaxLookAhead > _pieceEnd && (!IsBad || ErrorCount() - _errors <= MaxErrorsOfCut);

    private void Advance(TomlLexerMode mode)
    {
        var start = End;
        _errors = ErrorCount();
        _lexer.Mode = mode;
        try
        {
            _lexer.MoveNext();
        }
        catch (ArgumentException)
        {
            // Tomlyn 2.11.1 fails so on an escape that the end of its text cuts. Tokens touch, so this one begins where the last one ended.
            (Kind, Start, End, IsBad) = (KindOf(start, mode), start, _pieceEnd, true);
            return;
        }

        var token = _lexer.Current;
        Kind = token.Kind;
        Start = _pieceStart + token.Start.Offset;
        End = Kind == TokenKind.Eof ? Start : _pieceStart + token.End.Offset + 1;
        IsBad = ErrorCount() > _errors;
        if (Kind == TokenKind.NewLine && !IsLineEnd(Start)) Kind = TokenKind.Invalid;
    }

    private TokenKind KindOf(int offset, TomlLexerMode mode) => _text.AsSpan(offset) switch
    {
        ['"', '"', '"', ..] when mode == TomlLexerMode.Value => TokenKind.StringMulti,
        ['"', ..] => TokenKind.String,
        _ => TokenKind.Invalid,
    };

    private int ErrorCount() => _lexer.HasErrors ? _lexer.Errors.Count() : 0;

    [MemberNotNull(nameof(_lexer))]
    private void Open(int offset, int length)
    {
        _pieceStart = End = offset;
        _pieceEnd = Math.Min(_text.Length, offset + Math.Min(length, _text.Length));
        _lexer = TomlLexer.Create(_text[offset.._pieceEnd], new TomlLexerOptions { DecodeScalars = true }, _file);
    }

    private void ReportComment()
    {
        var end = Start;
        for (; !IsLineEnd(end) && !IsFull; end++)
        {
            if (IsControl(_text[end])) Fail(end, $"a comment may not hold {Found(end)}");
        }

        MoveTo(end);
    }

    private static string Restored(string text) => text.Replace(InPlaceOfReplacement, Replacement);
}
