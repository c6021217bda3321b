using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Text to address, upper and lower case alike, blanks before a number allowed as STEP 7 writes them:
/// <code>
/// ["%"] ( "DB" n "." "DB" place | area place | timer | counter ) [":" type]
/// place = ["X"] byte "." bit | ("B" | "W" | "D") byte
/// area  = "M" | "I" | "E" | "Q" | "A" | "V"      timer = "T" n      counter = ( "C" | "Z" ) n
/// </code>
/// Columns of problems count from 1 in the text as it was given.
/// </summary>
internal static class S7AddressParser
{
    private const string Expected = "expected an address such as DB500.DBD2:REAL, DB1.DBX0.1, MW4, I0.3, T1 or C1";

    /// <summary>The address of a tag, or null and what is wrong with it.</summary>
    public static S7Address? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        try
        {
            problem = null;
            return Parse(new AddressText(tag.Address), tag.Type);
        }
        catch (BadAddressException bad)
        {
            problem = new AddressProblem(tag, bad.Message, bad.Column);
            return null;
        }
    }

    /// <summary>The letters that come next, in upper case.</summary>
    public static string Letters(AddressText text) => text.Take(char.IsAsciiLetter).ToUpperInvariant();

    /// <summary>The number that comes next.</summary>
    public static int Number(AddressText text, int low, int high, string what)
    {
        SkipBlanks(text);
        return text.Number(text.Take(char.IsAsciiDigit), low, high, what);
    }

    private static void SkipBlanks(AddressText text)
    {
        while (text.TrySkip(' '))
        {
        }
    }

    private static S7Address Parse(AddressText text, string? typeApart)
    {
        text.TrySkip('%');
        var word = Letters(text);
        if (word.Length == 0) throw text.Bad(Expected);
        return word switch
        {
            "DB" => DataBlock(text, typeApart),
            "DBX" or "DBB" or "DBW" or "DBD" => throw text.Bad($"which data block? DB1.{word}0"),
            "T" => Numbered(text, S7Area.Timer, S7Type.S5Time, typeApart),
            "C" or "Z" => Numbered(text, S7Area.Counter, S7Type.Counter, typeApart),
            _ when AreaOf(word[0]) is { } area && word.Length <= 2 =>
                Place(text, new S7Address(area, area.FixedBlock(), 0, default), word[..1], word, 1, typeApart),
            ['P', 'I' or 'E' or 'Q' or 'A', ..] when word.Length <= 3 =>
                throw text.Bad($"'{word}': peripheral addresses cannot be reached from here; the process image can: {word[1..]}"),
            _ => throw text.Bad($"unknown area '{word}'; {Expected}"),
        };
    }

    private static S7Address DataBlock(AddressText text, string? typeApart)
    {
        var block = Number(text, 1, 65535, "the number of a data block");
        if (!text.TrySkip('.')) throw text.BadNext($"a data block needs a place in it: DB{block}.DBW0");
        var word = Letters(text);
        if (word.StartsWith("DB", StringComparison.Ordinal) && word.Length <= 3)
            return Place(text, new S7Address(S7Area.DataBlock, block, 0, default), $"DB{block}.DB", word, 2, typeApart);
        throw text.Bad(S7Types.Parse(word, out var type, out var length, out _) is null && type != S7Type.Bool
            ? $"the type stands behind the place: {Suggested($"DB{block}.DB", 0, type, type.Bytes(length))}"
            : $"'{word}' is no place in a data block: expected DBX, DBB, DBW or DBD");
    }

    private static S7Address Numbered(AddressText text, S7Area area, S7Type type, string? typeApart)
    {
        var address = new S7Address(area, 0, 2 * Number(text, 0, 32767, $"the number of a {area.ToString().ToLowerInvariant()}"), type);
        return WithType(text, address, typeApart, (given, _) => given is S7Type.Word || given == type
            ? null
            : $"a {area.ToString().ToLowerInvariant()} is a {type.ToString().ToUpperInvariant()} or a WORD, not {Name(given)}");
    }

    // The place begins like this ("DB1.DB", "M"); of the word that follows, so many letters are the area and one may be the width.
    private static S7Address Place(AddressText text, S7Address address, string begin, string word, int prefix, string? typeApart)
    {
        var area = word[..prefix];
        var width = word.Length == prefix ? 'X' : word[prefix];
        if (width is not ('X' or 'B' or 'W' or 'D'))
            throw text.Bad($"'{word}' has no width '{width}': expected {area}X, {area}B, {area}W or {area}D");
        address = address with { Offset = Number(text, 0, S7Address.MostBytes - 1, "a byte's number"), Type = DefaultOf(width) };
        var hasBit = text.TrySkip('.');
        if (!hasBit && width == 'X') throw text.BadNext($"which bit? {begin}X{address.Offset}.0 to .7, or {begin}B{address.Offset} for the byte");
        if (hasBit && width != 'X') throw text.Bad($"a bit is written {begin}X{address.Offset}.{text.Take(char.IsAsciiDigit)}, not {word}");
        if (hasBit) address = address with { Bit = Number(text, 0, 7, "a bit of a byte") };
        return WithType(text, address, typeApart, (given, bytes) => Misfit(given, bytes, width, begin, area, address.Offset));
    }

    // B is a place for anything, W and D are promises of a width; D also marks the start of what is longer.
    private static string? Misfit(S7Type type, int bytes, char width, string begin, string area, int offset) => width switch
    {
        'X' => type == S7Type.Bool ? null : $"a bit is a BOOL, not {Name(type)}: {Suggested(begin, offset, type, bytes)}",
        _ when type == S7Type.Bool => $"a BOOL needs its bit: {begin}X{offset}.0",
        'B' => null,
        'W' when bytes != 2 => $"{area}W is 2 bytes wide, {Name(type)} has {bytes}: {Suggested(begin, offset, type, bytes)}",
        'D' when bytes < 4 => $"{area}D is 4 bytes wide, {Name(type)} has {bytes}: {Suggested(begin, offset, type, bytes)}",
        _ => null,
    };

    private static string Suggested(string begin, int offset, S7Type type, int bytes) =>
        $"{begin}{bytes switch { 2 => 'W', 4 => 'D', _ => 'B' }}{offset}:{Name(type)}";

    private static S7Address WithType(AddressText text, S7Address address, string? typeApart, Func<S7Type, int, string?> misfit)
    {
        var isApart = !string.IsNullOrWhiteSpace(typeApart);
        if (isApart) address = Typed(address, typeApart!.Trim(), misfit, column: 0);
        SkipBlanks(text);
        if (text.TrySkip(':'))
        {
            if (text.AtEnd) throw text.BadNext("which type? :INT, :REAL, :STRING[32], …");
            var given = Typed(address, text.Take(_ => true), misfit, text.Column);
            if (isApart && given != address)
                throw text.Bad($"the address says {Name(given.Type)} but the tag's type is {typeApart!.Trim()}: give one of them");
            address = given;
        }

        if (!text.AtEnd) throw text.BadNext("nothing more was expected here but :TYPE");
        if (address is { Count: > 0, Bit: > 0 }) throw new BadAddressException("an array of BOOL begins at a byte's bit 0", column: 1);
        return address.Offset + address.Bytes <= S7Address.MostBytes ? address
            : throw new BadAddressException(
                $"{address.Bytes} bytes from {address.Offset} go beyond the last one, {S7Address.MostBytes - 1}", column: 1);
    }

    private static S7Address Typed(S7Address address, string text, Func<S7Type, int, string?> misfit, int column)
    {
        var wrong = S7Types.Parse(text, out var type, out var length, out var count) ?? misfit(type, type.Bytes(length));
        return wrong is null ? address with { Type = type, Length = length, Count = count } : throw new BadAddressException(wrong, column);
    }

    private static S7Type DefaultOf(char width) => width switch
    {
        'X' => S7Type.Bool,
        'B' => S7Type.Byte,
        'W' => S7Type.Word,
        _ => S7Type.DWord,
    };

    private static string Name(S7Type type) => type.ToString().ToUpper(CultureInfo.InvariantCulture);

    /// <summary>The area of a letter, English or German; null for another letter.</summary>
    public static S7Area? AreaOf(char letter) => letter switch
    {
        'M' => S7Area.Marker,
        'I' or 'E' => S7Area.Input,
        'Q' or 'A' => S7Area.Output,
        'V' => S7Area.DataBlock,
        _ => null,
    };

    /// <summary>The block that an area is in: a LOGO's variable memory is DB1.</summary>
    public static int FixedBlock(this S7Area area) => area == S7Area.DataBlock ? 1 : 0;
}
