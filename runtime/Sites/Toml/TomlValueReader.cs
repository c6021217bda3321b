using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace PlantRuntime.Sites.Toml;

/// <summary>
/// Reads keys and values; arrays and inline tables to a bounded depth. Each method begins at the current token; those that read a value
/// leave its last token current, because the mode of the next one depends on what surrounds the value. Belongs to one
/// <see cref="TomlReader"/>.
/// </summary>
internal sealed class TomlValueReader(TomlTokens tokens, TomlDefinitions definitions)
{
    /// <summary>Number of arrays and inline tables that were open when reading failed; the caller resets it.</summary>
    public int OpenBrackets { get; set; }

    /// <summary>Reads <c>key = value</c> into a table. False after a problem that makes the rest of the line useless.</summary>
    public bool ReadEntry(TomlTable table, int depth)
    {
        if (ReadKeys() is not { } keys) return false;
        if (tokens.Kind != TokenKind.Equal)
        {
            tokens.Fail(tokens.Start, $"expected = after the key {keys[^1].Text}, found {tokens.Found(tokens.Start)}");
            return false;
        }

        tokens.Next(TomlLexerMode.Value);
        if (ReadValue(depth + keys.Count - 1) is not { } value) return false;
        definitions.Assign(table, keys, value);
        return true;
    }

    /// <summary>The parts of a key; the token after it becomes the current one. Null after a problem.</summary>
    public List<TomlKey>? ReadKeys()
    {
        var parts = new List<TomlKey>(1);
        while (true)
        {
            if (ReadKey() is not { } part) return null;
            if (parts.Count == TomlReader.MaxDepth)
            {
                tokens.Fail(tokens.Start, $"a key may have at most {TomlReader.MaxDepth} parts");
                return null;
            }

            parts.Add(part);
            tokens.Next(TomlLexerMode.Key);
            if (tokens.Kind != TokenKind.Dot) return parts;
            tokens.Next(TomlLexerMode.Key);
        }
    }

    private TomlKey? ReadKey()
    {
        if (tokens.Kind is TokenKind.String or TokenKind.StringLiteral)
        {
            return TomlStrings.Read(tokens) is { } quoted ? new TomlKey(quoted.Text, quoted.At) : null;
        }

        if (tokens.Kind == TokenKind.BasicKey) return new TomlKey(tokens.Between(tokens.Start, tokens.End), tokens.At);
        var found = tokens.Found(tokens.Start);
        tokens.Fail(tokens.Start, tokens.Rest is [> '\x7F', ..]
            ? $"{found} must be quoted in a key: bare keys have only letters A to Z, digits, _ and -"
            : $"expected a key, found {found}");
        return null;
    }

    private TomlValue? ReadValue(int depth)
    {
        switch (tokens.Kind)
        {
            case TokenKind.String or TokenKind.StringLiteral or TokenKind.StringMulti or TokenKind.StringLiteralMulti:
                return TomlStrings.Read(tokens);
            case TokenKind.OpenBracket or TokenKind.OpenBrace when depth >= TomlReader.MaxDepth:
                tokens.Fail(tokens.Start, $"nested too deep: at most {TomlReader.MaxDepth} tables and arrays may stand in each other");
                return null;
            case TokenKind.OpenBracket:
                return ReadArray(depth + 1);
            case TokenKind.OpenBrace:
                return ReadTable(depth + 1);
            default:
                return TomlWords.Read(tokens);
        }
    }

    private TomlArray? ReadArray(int depth)
    {
        var array = new TomlArray(tokens.At);
        OpenBrackets++;
        tokens.NextAcrossLines(TomlLexerMode.Value);
        while (tokens.Kind != TokenKind.CloseBracket)
        {
            if (ReadValue(depth) is not { } item) return null;
            array.Items.Add(item);
            tokens.NextAcrossLines(TomlLexerMode.Value);
            if (tokens.Kind == TokenKind.CloseBracket) break;
            if (tokens.Kind != TokenKind.Comma)
            {
                tokens.Fail(tokens.Start, $"expected , or ] in the array of line {array.At.Line}, found {tokens.Found(tokens.Start)}");
                return null;
            }

            tokens.NextAcrossLines(TomlLexerMode.Value);
        }

        OpenBrackets--;
        return array;
    }

    private TomlTable? ReadTable(int depth)
    {
        var table = new TomlTable(tokens.At, TomlOrigin.Inline);
        OpenBrackets++;
        tokens.NextAcrossLines(TomlLexerMode.Key);
        while (tokens.Kind != TokenKind.CloseBrace)
        {
            if (!ReadEntry(table, depth)) return null;
            tokens.NextAcrossLines(TomlLexerMode.Key);
            if (tokens.Kind == TokenKind.CloseBrace) break;
            if (tokens.Kind != TokenKind.Comma)
            {
                tokens.Fail(tokens.Start, $"expected , or }} in the table of {Place(table)}, found {tokens.Found(tokens.Start)}");
                return null;
            }

            tokens.NextAcrossLines(TomlLexerMode.Key);
        }

        OpenBrackets--;
        return table;
    }

    private string Place(TomlTable table) => table.At.Line == tokens.At.Line ? $"column {table.At.Column}" : $"line {table.At.Line}";
}
