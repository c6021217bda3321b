using PlantRuntime.Sites.Text;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace PlantRuntime.Sites.Toml;

/// <summary>
/// Reads TOML 1.1 into tables. Tomlyn's lexer reads the tokens; this class reads keys, headers and statements, and continues after a
/// problem with the next statement, so that all problems of a file are reported together. Time is linear in the input; nesting is bounded.
/// One object for each <see cref="Read"/>; performs no I/O.
/// </summary>
internal sealed class TomlReader
{
    /// <summary>Number of problems of one file after which reading stops.</summary>
    public const int MaxProblems = 20;

    /// <summary>Greatest nesting depth of tables and arrays, and greatest number of parts of a key.</summary>
    public const int MaxDepth = 64;

    private readonly TomlTokens _tokens;
    private readonly TomlDefinitions _definitions;
    private readonly TomlValueReader _values;
    private readonly TomlTable _root;

    private TomlReader(string text, string file, ProblemList problems, TomlTable root)
    {
        _tokens = new TomlTokens(text, file, problems);
        _definitions = new TomlDefinitions(_tokens);
        _values = new TomlValueReader(_tokens, _definitions);
        _root = root;
    }

    /// <summary>Reads a document. The lines that could be read are returned even when there are problems.</summary>
    public static TomlTable Read(ReadOnlySpan<byte> utf8, string file, ProblemList problems)
    {
        var root = new TomlTable(new SourceLocation(file, 1, 1));
        if (Utf8Text.Decode(utf8, file, problems) is { } text) new TomlReader(text, file, problems, root).ReadStatements();
        return root;
    }

    private void ReadStatements()
    {
        var current = _root;
        while (!_tokens.IsFull)
        {
            _tokens.NextAcrossLines(TomlLexerMode.Key);
            if (_tokens.Kind == TokenKind.Eof) break;
            var line = _tokens.LineStart(_tokens.Start);
            if (_tokens.Kind is TokenKind.OpenBracket or TokenKind.OpenBracketDouble)
            {
                // Keys under a header that cannot be used are dropped instead of added to the table before it.
                var opened = ReadHeader();
                _root.IsIncomplete |= opened is null;
                current = opened ?? new TomlTable(_tokens.At);
                if (opened is null) _tokens.MoveTo(_tokens.NextLine(_tokens.Start));
            }
            else if (!_values.ReadEntry(current, depth: 0) || !ExpectLineEnd(TomlLexerMode.Value, "after the value"))
            {
                current.IsIncomplete = true;
                _tokens.MoveTo(TomlRecovery.NextStatement(_tokens, line, _values.OpenBrackets));
                _values.OpenBrackets = 0;
            }
        }
    }

    private TomlTable? ReadHeader()
    {
        var (at, isElement) = (_tokens.At, _tokens.Kind == TokenKind.OpenBracketDouble);
        _tokens.Next(TomlLexerMode.Key);
        if (_values.ReadKeys() is not { } keys || !ExpectClose(isElement)) return null;
        if (!ExpectLineEnd(TomlLexerMode.Key, "after the header")) return null;
        return isElement ? _definitions.OpenElement(_root, keys, at) : _definitions.OpenTable(_root, keys, at);
    }

    private bool ExpectClose(bool isElement)
    {
        switch (_tokens.Kind)
        {
            case TokenKind.CloseBracket when !isElement:
            case TokenKind.CloseBracketDouble when isElement:
                return true;
            case TokenKind.CloseBracketDouble:
                _tokens.Fail(_tokens.Start + 1, "expected the end of the line after the header, found ']'");
                return false;
            default:
                var at = _tokens.Kind == TokenKind.CloseBracket ? _tokens.End : _tokens.Start;
                _tokens.Fail(at, $"expected {(isElement ? "]]" : "]")} after the table's name, found {_tokens.Found(at)}");
                return false;
        }
    }

    private bool ExpectLineEnd(TomlLexerMode mode, string where)
    {
        _tokens.Next(mode);
        if (_tokens.Kind is TokenKind.NewLine or TokenKind.Eof) return true;
        _tokens.Fail(_tokens.Start, $"expected the end of the line {where}, found {_tokens.Found(_tokens.Start)}");
        return false;
    }
}
