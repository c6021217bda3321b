using System.Text;

namespace PlantRuntime.Host.Sites.Toml;

/// <summary>Characters of a document one by one, with their places; the characters that TOML forbids everywhere are found here.</summary>
internal sealed class TomlScanner(string text, string file)
{
    public const char End = '\uffff';
    private int _at;
    private int _line = 1;
    private int _lineStart;

    public Position Here => new(file, _line, _at - _lineStart + 1);

    public bool IsEnd => _at >= text.Length;

    public char Peek(int ahead = 0) => _at + ahead < text.Length ? text[_at + ahead] : End;

    /// <summary>Decodes a file; bytes that are no UTF-8 are a problem at their place.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            var good = 0;
            while (Rune.DecodeFromUtf8(bytes[good..], out _, out var length) == System.Buffers.OperationStatus.Done) good += length;
            var before = Encoding.UTF8.GetString(bytes[..good]);
            var line = before.Count(c => c == '\n') + 1;
            throw new TomlException(new Position(file, line, before.Length - before.LastIndexOf('\n')), $"this is not UTF-8: byte 0x{bytes[good]:x2}");
        }

        return Encoding.UTF8.GetString(bytes);
    }

    public char Next()
    {
        var c = Peek();
        if (c == End && IsEnd) return End;
        _at++;
        if (c != '\n') return c;
        _line++;
        _lineStart = _at;
        return c;
    }

    public bool Take(char c)
    {
        if (Peek() != c || IsEnd) return false;
        Next();
        return true;
    }

    public bool Take(string word)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0) return false;
        for (var i = 0; i < word.Length; i++) Next();
        return true;
    }

    /// <summary>Takes LF or CR LF; a CR alone ends no line.</summary>
    public bool TakeNewline()
    {
        if (Take('\n')) return true;
        if (Peek() != '\r' || Peek(1) != '\n') return false;
        Next();
        Next();
        return true;
    }

    public void SkipBlanks()
    {
        while (Peek() is ' ' or '\t') Next();
    }

    /// <summary>Skips a comment, if one begins here, up to the end of its line.</summary>
    public void SkipComment()
    {
        if (!Take('#')) return;
        while (!IsEnd && Peek() != '\n' && !(Peek() == '\r' && Peek(1) == '\n'))
        {
            RefuseControl();
            Next();
        }
    }

    /// <summary>Skips blanks, comments and line ends.</summary>
    public void SkipSpace()
    {
        do
        {
            SkipBlanks();
            SkipComment();
        }
        while (TakeNewline());
    }

    /// <summary>After an error: goes to the next line.</summary>
    public void SkipLine()
    {
        while (!IsEnd && Next() != '\n')
        {
        }
    }

    /// <summary>Characters that belong to a bare word: of keys and of values alike.</summary>
    public string TakeWhile(Func<char, bool> belongs)
    {
        var start = _at;
        while (!IsEnd && belongs(Peek())) Next();
        return text[start.._at];
    }

    public void RefuseControl()
    {
        if (Peek() is var c && !IsEnd && c != '\t' && (c < ' ' || c == '\u007f')) throw Error($"the control character U+{(int)c:X4} is not allowed here");
    }

    public TomlException Error(string message) => new(Here, message);

    /// <summary>What stands here, for an error.</summary>
    public string Found() => IsEnd ? "the end of the file" : Peek() is '\n' or '\r' ? "the end of the line" : $"'{Peek()}'";
}
