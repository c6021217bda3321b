using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Parses the address of a block of raw bytes; upper and lower case are equal. Pure.
/// <code>
/// ["%"] ( "DB" n ["." "DBB" byte] | area ["B" byte] )
/// area = "M" | "I" | "E" | "Q" | "A" | "V"
/// </code>
/// </summary>
internal static class S7BlockParser
{
    private const string Expected = "expected DB500, DB500.DBB4, M, MB4, I, IB4, Q or QB4";

    /// <summary>Returns the address of the block as an array of BYTE.</summary>
    /// <exception cref="FormatException">The address or the length is wrong.</exception>
    public static S7Address Parse(string address, int bytes)
    {
        var start = AddressText.Parse(() => Start(address), out var error);
        if (error is not null) throw new FormatException($"'{address}', column {error.Column}: {error.Message}");
        var most = S7Address.MaxBytes - start.Offset;
        return bytes >= 1 && bytes <= most ? start with { Count = bytes }
            : throw new FormatException($"a block of {bytes} bytes from '{address}' on: 1 to {most} bytes are possible");
    }

    private static S7Address Start(string address)
    {
        var text = new AddressText(address);
        text.TrySkip('%');
        var start = Start(text);
        return text.AtEnd ? start : throw text.ErrorAtNext($"nothing more was expected here; {Expected}");
    }

    private static S7Address Start(AddressText text)
    {
        var word = S7AddressParser.Letters(text);
        if (word == "DB")
        {
            var number = S7AddressParser.Number(text, 1, 65535, "the number of a data block");
            var start = new S7Address(S7Area.DataBlock, number, 0, S7Type.Byte);
            return text.TrySkip('.') ? Byte(text, start, S7AddressParser.Letters(text), "DBB") : start;
        }

        if (word.Length == 0 || S7AddressParser.AreaOf(word[0]) is not { } area) throw text.Error(Expected);
        var whole = new S7Address(area, area.FixedBlock(), 0, S7Type.Byte);
        return word.Length == 1 && text.AtEnd ? whole : Byte(text, whole, word, $"{word[0]}B");
    }

    private static S7Address Byte(AddressText text, S7Address start, string word, string expected)
    {
        if (word != expected) throw text.Error($"a block begins at a byte: {expected}4, not {word}");
        return start with { Offset = S7AddressParser.Number(text, 0, S7Address.MaxBytes - 1, "a byte's number") };
    }
}
