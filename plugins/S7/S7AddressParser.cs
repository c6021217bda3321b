using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Parses the text of an address. Upper and lower case are equal; blanks before a number are allowed, as STEP 7 writes them. Pure.
/// <code>
/// ["%"] ( ["DB" n "."] "DB" place | area place | timer | counter ) [":" type]
/// place = ["X"] byte "." bit | ("B" | "W" | "D") byte
/// area  = "M" | "I" | "E" | "Q" | "A" | "V" | "PI" | "PE" | "PQ" | "PA"      timer = "T" n      counter = ( "C" | "Z" ) n
/// </code>
/// A pointer, <c>P#DB1.DBX10.0 REAL 1</c>, is parsed by <see cref="S7PointerParser"/>.
/// Columns of problems count from 1 in the text as it was given.
/// </summary>
internal static class S7AddressParser
{
    // The greatest number that a timer or counter of an S7-200 has.
    private const int MaxTimer200 = 255;
    private const string Expected = "expected an address such as DB500.DBD2:REAL, DB1.DBX0.1, MW4, I0.3, T1 or C1";

    /// <summary>Parses the address of a tag. Returns null and the problem if the address or type is wrong.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="problem">The problem, or null.</param>
    /// <param name="cpu">The family of the CPU.</param>
    /// <param name="dataBlock">The data block of addresses that name none; null if there is no such block.</param>
    public static S7Address? Parse(
        TagDefinition tag, out AddressProblem? problem, CpuFamily cpu = CpuFamily.Standard, int? dataBlock = null)
    {
        var address = AddressText.Parse<S7Address?>(() => Parse(new AddressText(tag.Address), tag.Type, cpu, dataBlock), out var error);
        problem = error is null ? null : new AddressProblem(tag, error.Message, error.Column);
        return address;
    }

    /// <summary>Reads the next letters and returns them in upper case.</summary>
    public static string Letters(AddressText text) => text.ReadWhile(char.IsAsciiLetter).ToUpperInvariant();

    /// <summary>Reads the next number, after any blanks.</summary>
    public static int Number(AddressText text, int low, int high, string what)
    {
        SkipBlanks(text);
        return text.ParseNumber(text.ReadWhile(char.IsAsciiDigit), low, high, what);
    }

    /// <summary>Skips blanks.</summary>
    public static void SkipBlanks(AddressText text)
    {
        while (text.TrySkip(' '))
        {
        }
    }

    private static S7Address Parse(AddressText text, string? typeApart, CpuFamily cpu, int? dataBlock)
    {
        text.TrySkip('%');
        var word = Letters(text);
        if (word.Length == 0) throw text.Error(Expected);
        return word switch
        {
            "DB" => DataBlock(text, typeApart),
            "DBX" or "DBB" or "DBW" or "DBD" when dataBlock is { } block =>
                Place(text, new S7Address(S7Area.DataBlock, block, 0, default), "DB", word, 2, typeApart),
            "DBX" or "DBB" or "DBW" or "DBD" =>
                throw text.Error($"which data block? DB1.{word}0, or give the device db = 1 for all such addresses"),
            "P" when text.TrySkip('#') => S7PointerParser.Parse(text, typeApart),
            "T" when cpu == CpuFamily.S7200 => Numbered(text, "timer", S7Area.Timer200, S7Type.Timer200, typeApart),
            "T" => Numbered(text, "timer", S7Area.Timer, S7Type.S5Time, typeApart),
            "C" or "Z" when cpu == CpuFamily.S7200 => Numbered(text, "counter", S7Area.Counter200, S7Type.Counter200, typeApart),
            "C" or "Z" => Numbered(text, "counter", S7Area.Counter, S7Type.Counter, typeApart),
            _ when AreaOf(word[0]) is { } area && word.Length <= 2 =>
                Place(text, new S7Address(area, area.FixedBlock(), 0, default), word[..1], word, 1, typeApart),
            ['P', 'I' or 'E', ..] when word.Length <= 3 =>
                Place(text, new S7Address(S7Area.PeripheralInput, 0, 0, default), word[..2], word, 2, typeApart),
            ['P', 'Q' or 'A', ..] when word.Length <= 3 =>
                Place(text, new S7Address(S7Area.PeripheralOutput, 0, 0, default), word[..2], word, 2, typeApart),
            _ => throw text.Error($"unknown area '{word}'; {Expected}"),
        };
    }

    private static S7Address DataBlock(AddressText text, string? typeApart)
    {
        var block = Number(text, 1, 65535, "the number of a data block");
        if (!text.TrySkip('.')) throw text.ErrorAtNext($"a data block needs a place in it: DB{block}.DBW0");
        var word = Letters(text);
        if (word.StartsWith("DB", StringComparison.Ordinal) && word.Length <= 3)
            return Place(text, new S7Address(S7Area.DataBlock, block, 0, default), $"DB{block}.DB", word, 2, typeApart);
        throw text.Error(S7Types.Parse(word, out var type, out var length, out _) is null && type != S7Type.Bool
            ? $"the type stands behind the place: {Suggested($"DB{block}.DB", 0, type, type.Bytes(length))}"
            : $"'{word}' is no place in a data block: expected DBX, DBB, DBW or DBD");
    }

    // An S7-200 tells the value of a timer or counter as an INT; its length on the wire is another one.
    private static S7Address Numbered(AddressText text, string what, S7Area area, S7Type type, string? typeApart)
    {
        var is200 = type is S7Type.Timer200 or S7Type.Counter200;
        var bytes = VarItem.NumberedBytes(area);
        var number = Number(text, 0, is200 ? MaxTimer200 : 32767, $"the number of a {what}");
        var address = WithType(text, new S7Address(area, 0, bytes * number, type), typeApart, (given, _) =>
            (is200 ? given == S7Type.Int : given is S7Type.Word || given == type) ? null
            : is200 ? $"a {what} of an S7-200 is an INT, not {Name(given)}"
            : $"a {what} is a {type.ToString().ToUpperInvariant()} or a WORD, not {Name(given)}");
        return is200 ? address with { Type = type } : address;
    }

    // `begin` is the text before the width, for suggestions ("DB1.DB", "M"). The first `prefix` letters of `word` are the area; the letter
    // after them, if any, is the width.
    private static S7Address Place(AddressText text, S7Address address, string begin, string word, int prefix, string? typeApart)
    {
        var area = word[..prefix];
        var width = word.Length == prefix ? 'X' : word[prefix];
        if (width is not ('X' or 'B' or 'W' or 'D'))
            throw text.Error($"'{word}' has no width '{width}': expected {area}X, {area}B, {area}W or {area}D");
        address = address with { Offset = Number(text, 0, S7Address.MaxBytes - 1, "a byte's number"), Type = DefaultOf(width) };
        var hasBit = text.TrySkip('.');
        if (!hasBit && width == 'X')
            throw text.ErrorAtNext($"which bit? {begin}X{address.Offset}.0 to .7, or {begin}B{address.Offset} for the byte");
        if (hasBit && width != 'X')
            throw text.Error($"a bit is written {begin}X{address.Offset}.{text.ReadWhile(char.IsAsciiDigit)}, not {word}");
        if (hasBit) address = address with { Bit = Number(text, 0, 7, "a bit of a byte") };
        return WithType(text, address, typeApart, (given, bytes) => Misfit(given, bytes, width, begin, area, address.Offset));
    }

    // B accepts every type but BOOL; W requires 2 bytes; D requires 4 bytes or more, because it also marks the start of longer values.
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

    /// <summary>Applies the type that stands apart or behind a colon, and checks that nothing follows and that the value fits.</summary>
    public static S7Address WithType(AddressText text, S7Address address, string? typeApart, Func<S7Type, int, string?> misfit)
    {
        var isApart = !string.IsNullOrWhiteSpace(typeApart);
        if (isApart) address = Typed(address, typeApart!.Trim(), misfit, column: 0);
        SkipBlanks(text);
        if (text.TrySkip(':'))
        {
            if (text.AtEnd) throw text.ErrorAtNext("which type? :INT, :REAL, :STRING[32], …");
            var given = Typed(address, text.ReadWhile(_ => true), misfit, text.Column);
            if (isApart && given != address)
                throw text.Error($"the address says {Name(given.Type)} but the tag's type is {typeApart!.Trim()}: give one of them");
            address = given;
        }

        if (!text.AtEnd) throw text.ErrorAtNext("nothing more was expected here but :TYPE");
        if (address is { Count: > 0, Bit: > 0 }) throw new BadAddressException("an array of BOOL begins at a byte's bit 0", column: 1);
        return address.Offset + address.Bytes <= S7Address.MaxBytes ? address
            : throw new BadAddressException(
                $"{address.Bytes} bytes from {address.Offset} go beyond the last one, {S7Address.MaxBytes - 1}", column: 1);
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

    /// <summary>Returns the area of a letter, English or German, or null for another letter.</summary>
    public static S7Area? AreaOf(char letter) => letter switch
    {
        'M' => S7Area.Marker,
        'I' or 'E' => S7Area.Input,
        'Q' or 'A' => S7Area.Output,
        'V' => S7Area.DataBlock,
        _ => null,
    };

    /// <summary>Returns the block of an area that is addressed without one: 1 for a LOGO's variable memory, which is DB1, else 0.</summary>
    public static int FixedBlock(this S7Area area) => area == S7Area.DataBlock ? 1 : 0;
}
