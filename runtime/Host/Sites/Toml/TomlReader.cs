namespace PlantRuntime.Host.Sites.Toml;

/// <summary>
/// Reads TOML 1.0, strictly. After an error it goes on with the next line, so that all errors of a file are told at once. What nests is
/// bounded, so that no file can exhaust the stack.
/// </summary>
internal sealed class TomlReader
{
    private const int MaxProblems = 20;
    private const int MaxDepth = 100;
    private readonly TomlScanner _scanner;
    private readonly TomlTable _root;
    private readonly ICollection<Problem> _problems;
    private TomlTable _current;
    private int _depth;

    private TomlReader(string text, string file, ICollection<Problem> problems)
    {
        _scanner = new TomlScanner(text, file);
        _problems = problems;
        _root = _current = new TomlTable(new Position(file, 1, 1), TomlTableOrigin.Header);
    }

    /// <summary>Reads a document; what could be read, even when there are problems.</summary>
    /// <param name="bytes">The file, which must be UTF-8.</param>
    /// <param name="file">Its name, for the problems.</param>
    /// <param name="problems">Gets every error, at most 20.</param>
    public static TomlTable Read(ReadOnlySpan<byte> bytes, string file, ICollection<Problem> problems)
    {
        try
        {
            var reader = new TomlReader(TomlScanner.Decode(bytes, file), file, problems);
            reader.ReadDocument();
            return reader._root;
        }
        catch (TomlException exception)
        {
            problems.Add(new Problem(exception.At, exception.Message));
            return new TomlTable(exception.At, TomlTableOrigin.Header);
        }
    }

    private void ReadDocument()
    {
        var found = 0;
        while (true)
        {
            try
            {
                _scanner.SkipSpace();
                if (_scanner.IsEnd) return;
                if (_scanner.Peek() == '[') ReadHeader();
                else ReadKeyValue(_current);
                EndLine();
            }
            catch (TomlException exception)
            {
                _problems.Add(new Problem(exception.At, exception.Message));
                if (++found == MaxProblems) return;
                _depth = 0;
                _scanner.SkipLine();
            }
        }
    }

    private void EndLine()
    {
        _scanner.SkipBlanks();
        _scanner.SkipComment();
        if (!_scanner.IsEnd && !_scanner.TakeNewline()) throw _scanner.Error($"expected the end of the line, found {_scanner.Found()}");
    }

    private void ReadHeader()
    {
        var at = _scanner.Here;
        _scanner.Next();
        var isArray = _scanner.Take('[');
        var keys = ReadKeys();
        if (!_scanner.Take(isArray ? "]]" : "]")) throw _scanner.Error($"expected {(isArray ? "]]" : "]")}, found {_scanner.Found()}");
        var parent = _root;
        foreach (var (key, keyAt) in keys.SkipLast(1)) parent = Descend(parent, key, keyAt);
        var (last, lastAt) = keys[^1];
        _current = isArray ? OpenArray(parent, last, lastAt, at) : OpenTable(parent, last, lastAt, at);
    }

    /// <summary>One step on the way to a header's table: the newest of an array of tables stands for the array.</summary>
    private static TomlTable Descend(TomlTable parent, string key, Position at)
    {
        switch (parent.Find(key)?.Value)
        {
            case null:
                var made = new TomlTable(at, TomlTableOrigin.Implied);
                parent.Add(key, at, made);
                return made;
            case TomlTable { Origin: not TomlTableOrigin.Inline } table:
                return table;
            case TomlArray { IsOfTables: true } array:
                return (TomlTable)array.Items[^1];
            case var other:
                throw new TomlException(at, $"\"{key}\" is {other.Kind} already, from line {other.At.Line}");
        }
    }

    private static TomlTable OpenTable(TomlTable parent, string key, Position keyAt, Position at)
    {
        switch (parent.Find(key)?.Value)
        {
            case null:
                var made = new TomlTable(at, TomlTableOrigin.Header);
                parent.Add(key, keyAt, made);
                return made;
            case TomlTable { Origin: TomlTableOrigin.Implied } table:
                table.Origin = TomlTableOrigin.Header;
                return table;
            case var other:
                throw new TomlException(keyAt, $"\"{key}\" is there already, from line {other.At.Line}");
        }
    }

    private static TomlTable OpenArray(TomlTable parent, string key, Position keyAt, Position at)
    {
        var table = new TomlTable(at, TomlTableOrigin.Header);
        switch (parent.Find(key)?.Value)
        {
            case null:
                var array = new TomlArray(at, isOfTables: true);
                array.Items.Add(table);
                parent.Add(key, keyAt, array);
                return table;
            case TomlArray { IsOfTables: true } existing:
                existing.Items.Add(table);
                return table;
            case var other:
                throw new TomlException(keyAt, $"\"{key}\" is {other.Kind} already, from line {other.At.Line}, and no [[array]] of tables");
        }
    }

    private void ReadKeyValue(TomlTable table)
    {
        var keys = ReadKeys();
        if (!_scanner.Take('=')) throw _scanner.Error($"expected = after the key, found {_scanner.Found()}");
        _scanner.SkipBlanks();
        foreach (var (key, at) in keys.SkipLast(1))
        {
            switch (table.Find(key)?.Value)
            {
                case null:
                    var made = new TomlTable(at, TomlTableOrigin.Dotted);
                    table.Add(key, at, made);
                    table = made;
                    break;
                case TomlTable { Origin: TomlTableOrigin.Dotted } known:
                    table = known;
                    break;
                case var other:
                    throw new TomlException(at, $"\"{key}\" is {other.Kind} already, from line {other.At.Line}");
            }
        }

        var (last, lastAt) = keys[^1];
        if (table.Find(last) is { } twice) throw new TomlException(lastAt, $"the key \"{last}\" is there already, in line {twice.KeyAt.Line}");
        table.Add(last, lastAt, ReadValue());
    }

    private List<(string Key, Position At)> ReadKeys()
    {
        var keys = new List<(string, Position)>();
        do
        {
            _scanner.SkipBlanks();
            keys.Add(ReadKey());
            if (keys.Count > MaxDepth) throw _scanner.Error($"keys are nested more than {MaxDepth} deep");
            _scanner.SkipBlanks();
        }
        while (_scanner.Take('.'));
        return keys;
    }

    private (string Key, Position At) ReadKey()
    {
        var at = _scanner.Here;
        if (_scanner.Peek() is '"' or '\'')
        {
            var quote = _scanner.Peek();
            if (_scanner.Peek(1) == quote && _scanner.Peek(2) == quote) throw _scanner.Error("a key stands on one line, in single quotes");
            return (TomlStrings.Read(_scanner).Text, at);
        }

        var key = _scanner.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        if (key.Length == 0) throw _scanner.Error($"expected a key (letters, digits, - and _; anything else in quotes), found {_scanner.Found()}");
        return (key, at);
    }

    private TomlNode ReadValue()
    {
        if (_scanner.Peek() is not ('[' or '{')) return _scanner.Peek() is '"' or '\'' ? TomlStrings.Read(_scanner) : TomlWords.Read(_scanner);
        if (++_depth > MaxDepth) throw _scanner.Error($"values are nested more than {MaxDepth} deep");
        TomlNode value = _scanner.Peek() == '[' ? ReadArray() : ReadInlineTable();
        _depth--;
        return value;
    }

    private TomlArray ReadArray()
    {
        var array = new TomlArray(_scanner.Here, isOfTables: false);
        _scanner.Next();
        while (true)
        {
            _scanner.SkipSpace();
            if (_scanner.Take(']')) return array;
            array.Items.Add(ReadValue());
            _scanner.SkipSpace();
            if (_scanner.Take(',')) continue;
            if (_scanner.Take(']')) return array;
            throw _scanner.Error($"expected , or ] in the array that began in line {array.At.Line}, found {_scanner.Found()}");
        }
    }

    private TomlTable ReadInlineTable()
    {
        // While it is read, dotted keys may add to tables that dotted keys made; afterwards nothing may.
        var table = new TomlTable(_scanner.Here, TomlTableOrigin.Header);
        _scanner.Next();
        _scanner.SkipBlanks();
        if (!_scanner.Take('}'))
        {
            do
            {
                ReadKeyValue(table);
                _scanner.SkipBlanks();
            }
            while (_scanner.Take(','));
            if (!_scanner.Take('}')) throw _scanner.Error($"expected , or }} on the same line, found {_scanner.Found()}");
        }

        Close(table);
        return table;
    }

    private static void Close(TomlTable table)
    {
        table.Origin = TomlTableOrigin.Inline;
        foreach (var entry in table.Entries)
        {
            if (entry.Value is TomlTable { Origin: TomlTableOrigin.Dotted } inner) Close(inner);
        }
    }
}
