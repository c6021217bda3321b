using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// Parses the text of an address:
/// <code>
/// [unit "/"] ( area ":" offset | reference ) ["." ( bit | "high" | "low" )] [":" type] [":" order]
/// </code>
/// Columns of problems count from 1 in the text as it was given. <see cref="ModbusDriver"/> creates one each time it prepares a reader or
/// writer. Immutable; performs no I/O.
/// </summary>
/// <param name="unit">Unit id of addresses without one.</param>
/// <param name="order">Byte order of addresses without one.</param>
/// <param name="registerBytes">Bytes of a register.</param>
internal sealed class ModbusAddressParser(byte unit, ByteOrder order, int registerBytes = ModbusDialect.StandardRegisterBytes)
{
    private const string Expected = "expected an area with an offset (holding:0) or a reference (40001)";

    /// <summary>Parses the address of a tag. Returns null and the problem if the address or type is wrong.</summary>
    public ModbusAddress? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        var address = AddressText.Parse<ModbusAddress?>(() => Parse(tag.Address, tag.Type), out var error);
        problem = error is null ? null : new AddressProblem(tag, error.Message, error.Column);
        return address;
    }

    private ModbusAddress Parse(string text, string? typeApart)
    {
        var parts = new AddressText(text);
        var address = new ModbusAddress(unit, default, 0, default, Order: order, RegisterBytes: registerBytes);
        if (parts.TryReadUntil('/', out var unitText))
            address = address with { Unit = (byte)parts.ParseNumber(unitText, 0, 255, "a unit id") };
        address = Place(parts, address);
        if (parts.TrySkip('.')) address = Part(parts, address);
        return TypeAndOrder(parts, address, typeApart);
    }

    private static ModbusAddress Place(AddressText parts, ModbusAddress address)
    {
        var word = Word(parts);
        if (word.Length == 0) throw parts.Error(Expected);
        if (char.IsAsciiDigit(word[0])) return Reference(parts, word, address);
        var area = Array.FindIndex(ModbusAreas.Names, Same(word));
        if (area < 0) throw parts.Error($"unknown area '{word}'{Nearest.DidYouMeanInline(word, ModbusAreas.Names)}; {Expected}");
        if (!parts.TrySkip(':')) throw parts.ErrorAtNext($"{ModbusAreas.Names[area]} needs an offset: {ModbusAreas.Names[area]}:0");
        return address with { Area = (ModbusArea)area, Offset = Offset(parts, Word(parts)) };
    }

    // Reads everything up to the next '.' or ':' or the end.
    private static string Word(AddressText parts) => parts.ReadWhile(letter => letter is not ('.' or ':'));

    private static Predicate<string> Same(string word) => name => name.Equals(word, StringComparison.OrdinalIgnoreCase);

    // Forms of a reference: 5 digits are the area digit and 0001 to 9999; fewer digits are a coil without leading zeros; 6 digits are the
    // area digit and 00001 to 65536.
    private static ModbusAddress Reference(AddressText parts, string digits, ModbusAddress address)
    {
        if (digits.Length > 6) throw parts.Error("a reference has 5 digits (40001) or 6 (400001)");
        var isShort = digits.Length < 5;
        var area = isShort ? ModbusArea.Coil : ModbusAreas.FromReferenceDigit(digits[0])
            ?? throw parts.Error("a reference begins with 0 (coil), 1 (discrete), 3 (input) or 4 (holding)");
        var most = digits.Length == 6 ? ModbusAddress.Offsets : 9999;
        var first = digits.Length == 6 ? "00001" : isShort ? "1" : "0001";
        var number = parts.ParseNumber(isShort ? digits : digits[1..], 0, 99999, "a reference");
        if (number < 1 || number > most) throw parts.Error($"references of this form number the area from {first} to {most}");
        return address with { Area = area, Offset = number - 1 };
    }

    private static int Offset(AddressText parts, string word)
    {
        var isHex = word.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ushort.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
        return isHex ? ushort.Parse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : parts.ParseNumber(word, 0, ModbusAddress.Offsets - 1, "an offset");
    }

    // Reads a bit or a byte of a register.
    private static ModbusAddress Part(AddressText parts, ModbusAddress address)
    {
        var word = Word(parts);
        var isHigh = word.Equals("high", StringComparison.OrdinalIgnoreCase);
        var isByte = isHigh || word.Equals("low", StringComparison.OrdinalIgnoreCase);
        var bit = isByte ? isHigh ? 8 : 0 : parts.ParseNumber(word, 0, 15, "a bit of a register");
        if (address.Area.IsBits()) throw parts.Error($"a {address.Area.Name()} is a bit already and has no bits of its own");
        return address with { Bit = bit, Type = isByte ? ModbusType.UInt8 : ModbusType.Bool };
    }

    private static ModbusAddress TypeAndOrder(AddressText parts, ModbusAddress address, string? typeApart)
    {
        if (!address.Area.IsBits() && address.Bit < 0) address = address with { Type = ModbusType.UInt16 };
        if (!string.IsNullOrWhiteSpace(typeApart))
            address = WithType(address, typeApart.Trim(), message => new BadAddressException(message, column: 0));

        var word = parts.TrySkip(':') ? Word(parts) : null;
        var column = parts.Column;
        if (word is not null && !ByteOrders.TryParse(word, out _))
        {
            var given = WithType(address, word, message => new BadAddressException(message, column));
            if (!string.IsNullOrWhiteSpace(typeApart) && given != address)
                throw parts.Error($"the address says {word} but the tag's type is {typeApart.Trim()}: give one of them");
            address = given;
            word = parts.TrySkip(':') ? Word(parts) : null;
        }

        if (word is not null)
        {
            if (!ByteOrders.TryParse(word, out var order))
                throw parts.Error($"unknown byte order '{word}': expected one of {ByteOrders.Names}");
            if (address.Area.IsBits()) throw parts.Error($"a {address.Area.Name()} is one bit and has no byte order");
            address = address with { Order = order };
        }

        if (!parts.AtEnd) throw parts.ErrorAtNext("nothing more was expected here");
        if (address.Offset + address.Width <= ModbusAddress.Offsets) return address;
        throw new BadAddressException(
            $"{address.Width} registers from offset {address.Offset} go beyond the last one, {ModbusAddress.Offsets - 1}", column: 1);
    }

    private static ModbusAddress WithType(ModbusAddress address, string text, Func<string, BadAddressException> bad)
    {
        if (ModbusTypes.Parse(text, out var type, out var stringBytes) is { } wrong) throw bad(wrong);
        if (address.Area.IsBits() && type != ModbusType.Bool)
            throw bad($"a {address.Area.Name()} is a BOOL, not {text}; registers are holding:{address.Offset} or 4{address.Offset + 1:D4}");
        if (address.Type.IsByte())
            return type.IsByte() ? address with { Type = type } : throw bad($"one byte of a register is a UINT8 or INT8, not {text}");
        if (type.IsByte() && address.Bit < 0)
        {
            var register = $"{address.Area.Name()}:{address.Offset}";
            throw bad($"a register has two bytes: say which, {register}.high or {register}.low");
        }

        if (address.Bit >= 0 && type != ModbusType.Bool) throw bad($"bit {address.Bit} of a register is a BOOL, not {text}");
        if (!address.Area.IsBits() && address.Bit < 0 && type == ModbusType.Bool)
            throw bad($"a register has 16 bits: say which, {address.Area.Name()}:{address.Offset}.0");
        return address with { Type = type, StringBytes = stringBytes };
    }
}
