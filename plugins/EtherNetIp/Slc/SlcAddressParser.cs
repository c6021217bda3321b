using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Slc;

/// <summary>
/// Parses addresses in the notation of RSLogix 500; upper and lower case are alike:
/// <code>
/// file ":" element [".." last] ["." part | "." word] ["/" bit]        N7:0   N7:0..9   B3:1/4   T4:0.ACC   T4:0/DN   I:1.0/3
/// "B" number "/" bit                                                   B3/20 is B3:1/4
/// file = ("O" | "I" | "S" | "B" | "T" | "C" | "R" | "N" | "F" | "ST" | "A" | "L") [number]
/// </code>
/// O, I and S have the numbers 0, 1 and 2, which may be left out.
/// </summary>
internal static class SlcAddressParser
{
    private const string Expected = "expected an address such as N7:0, N7:0/3, F8:2, B3:1/4, T4:0.ACC, ST10:0 or L9:5";
    private const int MostElement = 65535;

    private static readonly Dictionary<string, (SlcFile File, int Number, EtherNetIpType Type)> s_files =
        new(StringComparer.OrdinalIgnoreCase)
    {
        ["O"] = (SlcFile.Output, 0, EtherNetIpType.Int), ["I"] = (SlcFile.Input, 1, EtherNetIpType.Int),
        ["S"] = (SlcFile.Status, 2, EtherNetIpType.Int),
        ["B"] = (SlcFile.Bit, -1, EtherNetIpType.Int), ["T"] = (SlcFile.Timer, -1, EtherNetIpType.Int),
        ["C"] = (SlcFile.Counter, -1, EtherNetIpType.Int),
        ["R"] = (SlcFile.Control, -1, EtherNetIpType.Int), ["N"] = (SlcFile.Integer, -1, EtherNetIpType.Int),
        ["F"] = (SlcFile.Float, -1, EtherNetIpType.Real),
        ["ST"] = (SlcFile.String, -1, EtherNetIpType.ShortString), ["A"] = (SlcFile.Ascii, -1, EtherNetIpType.Int),
        ["L"] = (SlcFile.Long, -1, EtherNetIpType.Dint),
    };

    // Bits of the first word, and the words, of timers, counters and controls (1770-RM516; RSLogix 500 "Data files").
    private static readonly Dictionary<SlcFile, Dictionary<string, (int Word, int Bit)>> s_parts = new()
    {
        [SlcFile.Timer] = Parts(("PRE", 1, -1), ("ACC", 2, -1), ("EN", 0, 15), ("TT", 0, 14), ("DN", 0, 13)),
        [SlcFile.Counter] = Parts(("PRE", 1, -1), ("ACC", 2, -1),
            ("CU", 0, 15), ("CD", 0, 14), ("DN", 0, 13), ("OV", 0, 12), ("UN", 0, 11), ("UA", 0, 10)),
        [SlcFile.Control] = Parts(("LEN", 1, -1), ("POS", 2, -1),
            ("EN", 0, 15), ("EU", 0, 14), ("DN", 0, 13), ("EM", 0, 12), ("ER", 0, 11), ("UL", 0, 10), ("IN", 0, 9), ("FD", 0, 8)),
    };

    /// <summary>The address of a tag, or null and what is wrong with it.</summary>
    public static SlcAddress? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        var address = AddressText.Parse<SlcAddress>(() => WithType(Parse(new AddressText(tag.Address)), tag.Type), out var error);
        problem = error is null ? null : new AddressProblem(tag, error.Message, error.Column);
        return address;
    }

    private static SlcAddress Parse(AddressText text)
    {
        var letters = text.ReadWhile(char.IsAsciiLetter);
        if (letters.Length == 0 || !s_files.TryGetValue(letters, out var file)) throw text.Error($"'{letters}' is no file; {Expected}");
        var digits = text.ReadWhile(char.IsAsciiDigit);
        var number = digits.Length == 0 && file.Number >= 0 ? file.Number : text.ParseNumber(digits, 0, 255, "a file's number");
        var address = new SlcAddress { File = file.File, Number = number, Element = 0, Type = file.Type };
        if (file.File == SlcFile.Bit && text.TrySkip('/'))
        {
            var all = text.ParseNumber(text.ReadWhile(char.IsAsciiDigit), 0, 65535, "a bit of the file");
            address = address with { Element = all / 16, Bit = all % 16, Type = EtherNetIpType.Bool };
        }
        else
        {
            if (!text.TrySkip(':')) throw text.ErrorAtNext($"':' and the element were expected here; {Expected}");
            address = address with { Element = text.ParseNumber(text.ReadWhile(char.IsAsciiDigit), 0, MostElement, "an element") };
            address = Rest(text, address);
        }

        return text.AtEnd ? address : throw text.ErrorAtNext("the end of the address was expected here");
    }

    private static SlcAddress Rest(AddressText text, SlcAddress address)
    {
        var hasPart = false;
        if (text.TrySkip('.'))
        {
            if (text.TrySkip('.')) return Slice(text, address);
            (address, hasPart) = (Part(text, address), true);
        }

        if (address.Bit < 0 && text.TrySkip('/')) (address, hasPart) = (BitOf(text, address), true);
        if (!hasPart && s_parts.TryGetValue(address.File, out var parts))
            throw text.ErrorAtNext(
                $"which part? .{string.Join(", .", parts.Where(part => part.Value.Bit < 0).Select(part => part.Key))}, or a bit as /DN");
        return address;
    }

    private static SlcAddress Slice(AddressText text, SlcAddress address)
    {
        if (address.File is SlcFile.Input or SlcFile.Output || s_parts.ContainsKey(address.File))
            throw text.Error("slices are possible in the files N, F, L, B, S, A and ST");
        var last = text.ParseNumber(text.ReadWhile(char.IsAsciiDigit), address.Element, MostElement, "the last element");
        return address with { Count = last - address.Element + 1 };
    }

    private static SlcAddress Part(AddressText text, SlcAddress address)
    {
        var word = text.ReadWhile(char.IsAsciiLetterOrDigit);
        if (s_parts.TryGetValue(address.File, out var parts)) return Named(text, address, parts, word);
        if (address.File is SlcFile.Input or SlcFile.Output)
            return address with { Word = text.ParseNumber(word, 0, 255, "a word of the slot") };
        if (address.File == SlcFile.String && word.Equals("LEN", StringComparison.OrdinalIgnoreCase))
            return address with { Type = EtherNetIpType.Int };
        throw text.Error($"elements of this file have no part '{word}'");
    }

    private static SlcAddress BitOf(AddressText text, SlcAddress address)
    {
        var word = text.ReadWhile(char.IsAsciiLetterOrDigit);
        if (s_parts.TryGetValue(address.File, out var parts) && !word.All(char.IsAsciiDigit)) return Named(text, address, parts, word);
        if (address.File is SlcFile.Float or SlcFile.String) throw text.Error("elements of this file have no bits");
        var most = address.File == SlcFile.Long ? 31 : 15;
        // Bits of inputs and outputs may be counted through the words of a slot.
        if (address.File is SlcFile.Input or SlcFile.Output) most = 255;
        var bit = text.ParseNumber(word, 0, most, "a bit of the element");
        return address with { Word = address.Word + (bit / 16), Bit = bit % 16, Type = EtherNetIpType.Bool };
    }

    private static SlcAddress Named(AddressText text, SlcAddress address, Dictionary<string, (int Word, int Bit)> parts, string word)
    {
        if (!parts.TryGetValue(word, out var part)) throw text.Error($"'{word}' is none of {string.Join(", ", parts.Keys)}");
        return address with { Word = part.Word, Bit = part.Bit, Type = part.Bit < 0 ? EtherNetIpType.Int : EtherNetIpType.Bool };
    }

    private static SlcAddress WithType(SlcAddress address, string? apart)
    {
        if (string.IsNullOrWhiteSpace(apart)) return Checked(address);
        var name = apart.Trim();
        var count = 0;
        if (name.EndsWith(']') && name.IndexOf('[') is var at and > 0)
        {
            if (!int.TryParse(name.AsSpan(at + 1)[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out count) || count < 1)
                throw new BadAddressException($"'{name}' needs a number from 1 on in its brackets", column: 0);
            name = name[..at].TrimEnd();
        }

        if (EtherNetIpTypes.Parse(name) is not { } type)
            throw new BadAddressException($"unknown type '{name}'{Nearest.DidYouMeanInline(name, EtherNetIpTypes.Names)}", column: 0);
        // The bits of a word are the same without a sign.
        var fits = type == address.Type || (address.Type == EtherNetIpType.Int && type is EtherNetIpType.Uint or EtherNetIpType.Word)
            || (address.Type == EtherNetIpType.Dint && type is EtherNetIpType.Udint or EtherNetIpType.Dword);
        if (!fits) throw new BadAddressException($"the address is {address.Type.Name()}, not {name}", column: 0);
        if (count > 0 && (address.Bit >= 0 || address.Word > 0))
            throw new BadAddressException("a part of an element is no slice", column: 0);
        if (count > 0 && address.Count > 0 && address.Count != count)
            throw new BadAddressException($"the address names {address.Count} elements, the type {count}", column: 0);
        return Checked(address with { Type = type, Count = Math.Max(address.Count, count) });
    }

    private static SlcAddress Checked(SlcAddress address) => address.Bytes <= ushort.MaxValue
        ? address
        : throw new BadAddressException($"{address.Count} elements have {address.Bytes} bytes; {ushort.MaxValue} are possible", column: 1);

    private static Dictionary<string, (int, int)> Parts(params ReadOnlySpan<(string Name, int Word, int Bit)> parts)
    {
        var all = new Dictionary<string, (int, int)>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, word, bit) in parts) all[name] = (word, bit);
        return all;
    }
}
