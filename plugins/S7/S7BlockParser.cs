using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Text to the place of a block of raw bytes, upper and lower case alike:
/// <code>
/// ["%"] ( "DB" n ["." "DBB" byte] | area ["B" byte] )
/// area = "M" | "I" | "E" | "Q" | "A" | "V"
/// </code>
/// </summary>
internal static class S7BlockParser
{
    private const string Expected = "expected DB500, DB500.DBB4, M, MB4, I, IB4, Q or QB4";

    /// <summary>The block, as an array of bytes.</summary>
    /// <exception cref="FormatException">The address or the length is wrong.</exception>
    public static S7Address Parse(string address, int bytes)
    {
        try
        {
            var text = new AddressText(address);
            text.TrySkip('%');
            var start = Start(text);
            if (!text.AtEnd) throw text.BadNext($"nothing more was expected here; {Expected}");
            var most = S7Address.MostBytes - start.Offset;
            return bytes >= 1 && bytes <= most ? start with { Count = bytes }
                : throw new FormatException($"a block of {bytes} bytes from '{address}' on: 1 to {most} bytes are possible");
        }
        catch (BadAddressException bad)
        {
            throw new FormatException($"'{address}', column {bad.Column}: {bad.Message}");
        }
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

        if (word.Length == 0 || S7AddressParser.AreaOf(word[0]) is not { } area) throw text.Bad(Expected);
        var whole = new S7Address(area, area.FixedBlock(), 0, S7Type.Byte);
        return word.Length == 1 && text.AtEnd ? whole : Byte(text, whole, word, $"{word[0]}B");
    }

    private static S7Address Byte(AddressText text, S7Address start, string word, string expected)
    {
        if (word != expected) throw text.Bad($"a block begins at a byte: {expected}4, not {word}");
        return start with { Offset = S7AddressParser.Number(text, 0, S7Address.MostBytes - 1, "a byte's number") };
    }
}
