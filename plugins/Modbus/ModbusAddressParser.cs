using PlantRuntime.Contracts;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// Text to address:
/// <code>
/// [unit "/"] ( area ":" offset | reference ) ["." bit] [":" type] [":" order]
/// </code>
/// Columns of problems count from 1 in the text as it was given.
/// </summary>
/// <param name="unit">Unit of addresses that name none.</param>
/// <param name="order">Byte order of addresses that name none.</param>
internal sealed class ModbusAddressParser(byte unit, ByteOrder order)
{
    private const string Expected = "expected an area with an offset (holding:0) or a reference (40001)";

    /// <summary>The address of a tag, or null and what is wrong with it.</summary>
    public ModbusAddress? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        try
        {
            problem = null;
            return Parse(tag.Address, tag.Type);
        }
        catch (BadAddressException bad)
        {
            problem = new AddressProblem(tag, bad.Message, bad.Column);
            return null;
        }
    }

    private ModbusAddress Parse(string text, string? typeApart)
    {
        var parts = new AddressText(text);
        var address = new ModbusAddress(unit, default, 0, default, Order: order);
        if (parts.TryUntil('/', out var unitText)) address = address with { Unit = (byte)parts.Number(unitText, 0, 255, "a unit id") };
        address = Place(parts, address);
        if (parts.TrySkip('.')) address = address with { Bit = Bit(parts, address.Area) };
        return TypeAndOrder(parts, address, typeApart);
    }

    private static ModbusAddress Place(AddressText parts, ModbusAddress address)
    {
        var word = Word(parts);
        if (word.Length == 0) throw parts.Bad(Expected);
        if (char.IsAsciiDigit(word[0])) return Reference(parts, word, address);
        var area = Array.FindIndex(ModbusAreas.Names, Same(word));
        if (area < 0) throw parts.Bad($"unknown area '{word}'{Nearest.Aside(word, ModbusAreas.Names)}; {Expected}");
        if (!parts.TrySkip(':')) throw parts.BadNext($"{ModbusAreas.Names[area]} needs an offset: {ModbusAreas.Names[area]}:0");
        return address with { Area = (ModbusArea)area, Offset = parts.Number(Word(parts), 0, ModbusAddress.Offsets - 1, "an offset") };
    }

    // Everything up to the next '.' or ':' or the end.
    private static string Word(AddressText parts) => parts.Take(letter => letter is not ('.' or ':'));

    private static Predicate<string> Same(string word) => name => name.Equals(word, StringComparison.OrdinalIgnoreCase);

    // 1 to 5 digits: area digit and 0001 to 9999, a coil's leading zeros may be missing. 6 digits: area digit and 00001 to 65536.
    private static ModbusAddress Reference(AddressText parts, string digits, ModbusAddress address)
    {
        if (digits.Length > 6) throw parts.Bad("a reference has 5 digits (40001) or 6 (400001)");
        var isShort = digits.Length < 5;
        var area = isShort ? ModbusArea.Coil : ModbusAreas.OfReference(digits[0])
            ?? throw parts.Bad("a reference begins with 0 (coil), 1 (discrete), 3 (input) or 4 (holding)");
        var most = digits.Length == 6 ? ModbusAddress.Offsets : 9999;
        var first = digits.Length == 6 ? "00001" : isShort ? "1" : "0001";
        var number = parts.Number(isShort ? digits : digits[1..], 0, 99999, "a reference");
        if (number < 1 || number > most) throw parts.Bad($"references of this form number the area from {first} to {most}");
        return address with { Area = area, Offset = number - 1 };
    }

    private static int Bit(AddressText parts, ModbusArea area)
    {
        var bit = parts.Number(Word(parts), 0, 15, "a bit of a register");
        return area.IsBits() ? throw parts.Bad($"a {area.Name()} is a bit already and has no bits of its own") : bit;
    }

    private static ModbusAddress TypeAndOrder(AddressText parts, ModbusAddress address, string? typeApart)
    {
        var isBool = address.Area.IsBits() || address.Bit >= 0;
        address = address with { Type = isBool ? ModbusType.Bool : ModbusType.UInt16 };
        if (!string.IsNullOrWhiteSpace(typeApart))
            address = WithType(address, typeApart.Trim(), message => new BadAddressException(message, column: 0));

        var word = parts.TrySkip(':') ? Word(parts) : null;
        var column = parts.Column;
        if (word is not null && !ByteOrders.TryParse(word, out _))
        {
            var given = WithType(address, word, message => new BadAddressException(message, column));
            if (!string.IsNullOrWhiteSpace(typeApart) && given != address)
                throw parts.Bad($"the address says {word} but the tag's type is {typeApart.Trim()}: give one of them");
            address = given;
            word = parts.TrySkip(':') ? Word(parts) : null;
        }

        if (word is not null)
        {
            if (!ByteOrders.TryParse(word, out var order))
                throw parts.Bad($"unknown byte order '{word}': expected one of {ByteOrders.Names}");
            if (address.Area.IsBits()) throw parts.Bad($"a {address.Area.Name()} is one bit and has no byte order");
            address = address with { Order = order };
        }

        if (!parts.AtEnd) throw parts.BadNext("nothing more was expected here");
        if (address.Offset + address.Width <= ModbusAddress.Offsets) return address;
        throw new BadAddressException(
            $"{address.Width} registers from offset {address.Offset} go beyond the last one, {ModbusAddress.Offsets - 1}", column: 1);
    }

    private static ModbusAddress WithType(ModbusAddress address, string text, Func<string, BadAddressException> bad)
    {
        if (ModbusTypes.Parse(text, out var type, out var stringBytes) is { } wrong) throw bad(wrong);
        if (address.Area.IsBits() && type != ModbusType.Bool)
            throw bad($"a {address.Area.Name()} is a BOOL, not {text}; registers are holding:{address.Offset} or 4{address.Offset + 1:D4}");
        if (address.Bit >= 0 && type != ModbusType.Bool) throw bad($"bit {address.Bit} of a register is a BOOL, not {text}");
        if (!address.Area.IsBits() && address.Bit < 0 && type == ModbusType.Bool)
            throw bad($"a register has 16 bits: say which, {address.Area.Name()}:{address.Offset}.0");
        return address with { Type = type, StringBytes = stringBytes };
    }
}
