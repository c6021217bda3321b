namespace PlantRuntime.Payloads;

/// <summary>
/// Finds the values in a payload that JSON does not allow, such as <c>NaN</c>, <c>-inf</c>, <c>1.#QNAN</c>, <c>None</c>, <c>+5</c> or
/// nothing at all (<c>"t":,</c>), and replaces them by 0 in a copy, so that the other values can be read. <see cref="PayloadReader"/> owns
/// it and uses it after a payload could not be read. It reuses its memory; not thread-safe; performs no I/O.
/// </summary>
internal sealed class BareWords
{
    public const string NotFinite = "the payload contains NaN or an infinity, which is no value";
    public const string NotValue = "the payload has neither a number, a text in quotes, true, false nor null here";

    private readonly List<(int At, bool IsNumber)> _found = [];
    private byte[] _copy = [];
    private int _length;

    /// <summary>Forgets the words of the last payload.</summary>
    public void Clear() => _found.Clear();

    /// <summary>Returns the reason why there is no value at this offset of the copy, or null if it is not a replaced word.</summary>
    public string? Find(long offset)
    {
        foreach (var (at, isNumber) in _found)
        {
            if (at == offset) return isNumber ? NotFinite : NotValue;
        }

        return null;
    }

    /// <summary>
    /// Returns the payload itself if nothing was replaced, otherwise the copy, which is valid until the next call. A payload that is one
    /// bare word is replaced only if the word is a number.
    /// </summary>
    public ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> payload)
    {
        Clear();
        _length = 0;
        if (_copy.Length < payload.Length * 2) _copy = new byte[payload.Length * 2];
        var (at, depth) = (0, 0);
        var isValueMissing = false;
        while (at < payload.Length)
        {
            var length = TokenLength(payload[at..]);
            var token = payload.Slice(at, length);
            at += length;
            switch (token[0])
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    Append(token);
                    continue;
                case (byte)',' or (byte)'}' or (byte)']' when isValueMissing:
                    AppendReplacement(isNumber: false);
                    Append(token);
                    break;
                case (byte)'{' or (byte)'[' or (byte)'}' or (byte)']' or (byte)',' or (byte)':' or (byte)'"':
                    Append(token);
                    break;
                default:
                    AppendWord(token, depth);
                    break;
            }

            if (token[0] is (byte)'{' or (byte)'[') depth++;
            if (token[0] is (byte)'}' or (byte)']') depth--;
            isValueMissing = token[0] == (byte)':';
        }

        return _found.Count == 0 ? payload : _copy.AsSpan(0, _length);
    }

    private void AppendWord(ReadOnlySpan<byte> word, int depth)
    {
        var isNumber = IsNotFinite(word);
        if (IsJson(word) || (depth == 0 && !isNumber)) Append(word);
        else AppendReplacement(isNumber);
    }

    private void AppendReplacement(bool isNumber)
    {
        _found.Add((_length, isNumber));
        _copy[_length++] = (byte)'0';
    }

    private void Append(ReadOnlySpan<byte> token)
    {
        token.CopyTo(_copy.AsSpan(_length));
        _length += token.Length;
    }

    /// <summary>Returns the length of the string, the structural character, the white space or the word at the start.</summary>
    private static int TokenLength(ReadOnlySpan<byte> rest)
    {
        const string EndsWord = " \t\r\n{}[],:\"";
        if (rest[0] == (byte)'"')
        {
            var end = 1;
            while (end < rest.Length && rest[end] != (byte)'"') end += rest[end] == (byte)'\\' ? 2 : 1;
            return Math.Min(end + 1, rest.Length);
        }

        if (EndsWord.Contains((char)rest[0], StringComparison.Ordinal)) return 1;
        var length = 1;
        while (length < rest.Length && !EndsWord.Contains((char)rest[length], StringComparison.Ordinal)) length++;
        return length;
    }

    /// <summary>True for nan, inf and infinity in any case and with a sign, and for the forms of C libraries: -nan(ind), 1.#INF.</summary>
    private static bool IsNotFinite(ReadOnlySpan<byte> word)
    {
        if (word[0] is (byte)'-' or (byte)'+') word = word[1..];
        Span<byte> lower = stackalloc byte[16];
        if (word.Length > lower.Length || word.IsEmpty) return false;
        for (var i = 0; i < word.Length; i++) lower[i] = (byte)(word[i] | (word[i] is >= (byte)'A' and <= (byte)'Z' ? 0x20 : 0));
        lower = lower[..word.Length];
        return lower.SequenceEqual("inf"u8) || lower.SequenceEqual("infinity"u8) || lower.SequenceEqual("nan"u8)
            || lower.StartsWith("nan("u8) || lower.StartsWith("1.#"u8);
    }

    private static bool IsJson(ReadOnlySpan<byte> word)
    {
        if (word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8) || word.SequenceEqual("null"u8)) return true;
        if (word[0] == (byte)'-') word = word[1..];
        var digits = Digits(word);
        if (digits == 0 || (digits > 1 && word[0] == (byte)'0')) return false;
        word = word[digits..];
        if (word is [(byte)'.', ..])
        {
            digits = Digits(word[1..]);
            if (digits == 0) return false;
            word = word[(1 + digits)..];
        }

        if (word is not [(byte)'e' or (byte)'E', .. var exponent]) return word.IsEmpty;
        if (exponent is [(byte)'+' or (byte)'-', ..]) exponent = exponent[1..];
        return Digits(exponent) is > 0 and var count && count == exponent.Length;
    }

    private static int Digits(ReadOnlySpan<byte> text) =>
        text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var end and >= 0 ? end : text.Length;
}
