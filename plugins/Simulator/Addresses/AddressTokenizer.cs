using System.Runtime.InteropServices;
namespace PlantRuntime.Plugins.Simulator.Addresses;

/// <summary>
/// A forward-only cursor over the tokens of one address: <see cref="SimulatorAddress"/> reads the shape, <see cref="AddressParameters"/>
/// the rest. It checks nothing. Performs no I/O; not thread-safe.
/// <code>
/// address = shape { " " key "=" value }     value = word | "'" { any but "'" } "'"
/// </code>
/// </summary>
/// <param name="text">The address; spaces around it are ignored.</param>
internal sealed class AddressTokenizer(string text)
{
    private int _next;

    /// <summary>Reads the next token; returns null at the end.</summary>
    public AddressToken? NextToken()
    {
        SkipSpace();
        if (_next == text.Length) return null;
        var start = _next;
        while (_next < text.Length && text[_next] != '=' && !char.IsWhiteSpace(text[_next])) _next++;
        var key = text[start.._next];
        if (_next == text.Length || text[_next] != '=') return new AddressToken(key, null, start + 1, _next + 1);
        var valueAt = ++_next;
        return new AddressToken(key, Value(), start + 1, Math.Min(valueAt + 1, text.Length));
    }

    /// <summary>Reads the remaining text, without the spaces around it, and returns the column at which it begins.</summary>
    public (string Text, int Column) Rest()
    {
        SkipSpace();
        var rest = text[_next..].TrimEnd();
        var column = _next + 1;
        _next = text.Length;
        return (rest, column);
    }

    private string Value()
    {
        if (_next < text.Length && text[_next] == '\'' && text.IndexOf('\'', _next + 1) is var close and > 0)
        {
            var quoted = text[(_next + 1)..close];
            _next = close + 1;
            return quoted;
        }

        var start = _next;
        while (_next < text.Length && !char.IsWhiteSpace(text[_next])) _next++;
        return text[start.._next];
    }

    private void SkipSpace()
    {
        while (_next < text.Length && char.IsWhiteSpace(text[_next])) _next++;
    }
}

/// <summary>One token of an address: the shape, or a <c>key=value</c>. Immutable.</summary>
/// <param name="Key">The text before the equals sign, or the whole token without one.</param>
/// <param name="Value">The text after the equals sign, without quotes; null without an equals sign.</param>
/// <param name="Column">Column of the token, from 1.</param>
/// <param name="ValueColumn">Column of the value, from 1; the end of the token if there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AddressToken(string Key, string? Value, int Column, int ValueColumn);
