using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>
/// Parses addresses in the notation of Studio 5000; upper and lower case are alike:
/// <code>
/// ["Program:" name "."] name [index] { "." name [index] } ["." bit]
/// index = "[" n { "," n } [".." last] "]"
/// name  = (letter | "_") { letter | digit | "_" } { ":" (letter | digit | "_") … }      (Local:1:I is a module's tag)
/// </code>
/// Columns of problems count from 1 in the text as it was given.
/// </summary>
internal static class EtherNetIpAddressParser
{
    private const string Expected = "expected a tag such as Level, Levels[3], Levels[0..9], Pump.Speed, Status.5 or Program:Main.Step";
    private const string ProgramPrefix = "Program:";
    private const int MostNameLength = 255;
    private const int MostNames = 32;
    private const int MostDimensions = 3;

    /// <summary>The address of a tag, or null and what is wrong with it.</summary>
    public static EtherNetIpAddress? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        var address = AddressText.Parse<EtherNetIpAddress>(() => WithType(Parse(new AddressText(tag.Address)), tag.Type), out var error);
        problem = error is null ? null : new AddressProblem(tag, error.Message, error.Column);
        return address;
    }

    private static EtherNetIpAddress Parse(AddressText text)
    {
        var names = new List<NamePart>();
        var (program, bit, count) = ("", -1, 0);
        while (true)
        {
            var word = text.ReadWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':');
            if (names.Count > 0 && word.Length > 0 && word.All(char.IsAsciiDigit))
            {
                bit = text.ParseNumber(word, 0, 63, "a bit");
                if (count > 0) throw text.Error("a slice has no bit: name one element, or the slice without the bit");
                break;
            }

            CheckName(text, word);
            if (names.Count == 0 && program.Length == 0 && word.StartsWith(ProgramPrefix, StringComparison.OrdinalIgnoreCase))
            {
                if (word.Length == ProgramPrefix.Length) throw text.ErrorAtNext("which program? Program:Main.Step");
                program = word;
                if (!text.TrySkip('.')) throw text.ErrorAtNext($"which tag of the program? {word}.Step");
                continue;
            }

            if (count > 0) throw text.Error("a slice is the last part of an address: name the member of one element");
            names.Add(new NamePart(word, text.TrySkip('[') ? Indexes(text, out count) : []));
            if (names.Count > MostNames) throw text.Error($"more than {MostNames} members below one another");
            if (!text.TrySkip('.')) break;
        }

        if (!text.AtEnd) throw text.ErrorAtNext(names[^1].Indexes.Length == 0 && bit < 0
            ? $"'.', '[' or the end of the address was expected here; {Expected}"
            : "'.' or the end of the address was expected here");
        return new EtherNetIpAddress { Program = program, Names = names, Bit = bit, Count = count };
    }

    private static void CheckName(AddressText text, string word)
    {
        if (word.Length == 0) throw text.Error($"a name is missing; {Expected}");
        if (char.IsAsciiDigit(word[0]) || word[0] == ':')
            throw text.Error($"'{word}' begins with '{word[0]}', which no name does; {Expected}");
        if (word[^1] == ':' && !word.Equals(ProgramPrefix, StringComparison.OrdinalIgnoreCase))
            throw text.Error($"'{word}' ends with a colon: a module's tag is written Local:1:I");
        if (word.Length > MostNameLength) throw text.Error($"a name of {word.Length} characters; {MostNameLength} are possible");
    }

    private static int[] Indexes(AddressText text, out int count)
    {
        var indexes = new List<int>();
        count = 0;
        do
        {
            if (indexes.Count == MostDimensions) throw text.ErrorAtNext($"an array has at most {MostDimensions} dimensions");
            indexes.Add(Index(text));
        }
        while (text.TrySkip(','));

        if (text.TrySkip('.'))
        {
            if (!text.TrySkip('.')) throw text.ErrorAtNext($"a slice is written [{indexes[^1]}..{indexes[^1] + 9}]");
            var last = Index(text);
            if (last < indexes[^1]) throw text.Error($"the slice ends at {last}, before its beginning, {indexes[^1]}");
            count = last - indexes[^1] + 1;
            if (count > EtherNetIpTypes.MostElements)
                throw text.Error($"a slice of {count} elements; {EtherNetIpTypes.MostElements} are possible");
        }

        if (!text.TrySkip(']')) throw text.ErrorAtNext("']' is missing");
        return [.. indexes];
    }

    private static int Index(AddressText text)
    {
        while (text.TrySkip(' '))
        {
        }

        var index = text.ParseNumber(text.ReadWhile(char.IsAsciiDigit), 0, int.MaxValue - EtherNetIpTypes.MostElements, "an index");
        while (text.TrySkip(' '))
        {
        }

        return index;
    }

    // A type apart is checked against what the controller says. DINT[10] makes a slice of a tag without an index.
    private static EtherNetIpAddress WithType(EtherNetIpAddress address, string? apart)
    {
        if (string.IsNullOrWhiteSpace(apart)) return address;
        var (name, count) = (apart.Trim(), 0);
        if (name.EndsWith(']') && name.IndexOf('[') is var at and > 0)
        {
            if (!int.TryParse(name.AsSpan(at + 1)[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out count)
                || count is < 1 or > EtherNetIpTypes.MostElements)
            {
                throw new BadAddressException($"'{name}' needs a number from 1 to {EtherNetIpTypes.MostElements} in its brackets",
                    column: 0);
            }

            name = name[..at].TrimEnd();
        }

        if (EtherNetIpTypes.Parse(name) is not { } type)
        {
            throw new BadAddressException(
                $"unknown type '{name}'{Nearest.DidYouMeanInline(name, EtherNetIpTypes.Names)}: "
                + $"expected {string.Join(", ", EtherNetIpTypes.Names)}", column: 0);
        }

        if (address.Bit >= 0 && (type != EtherNetIpType.Bool || count > 0))
            throw new BadAddressException($"'{address}' is a bit, so its type is BOOL, not {apart.Trim()}", column: 0);
        if (count == 0) return address with { Type = type };
        if (address.Count > 0 && address.Count != count)
            throw new BadAddressException($"the address names {address.Count} elements, the type {count}", column: 0);
        if (address.Count > 0) return address with { Type = type };
        var last = address.Names[^1];
        if (last.Indexes.Length == 0) last = last with { Indexes = [0] };
        return address with { Names = [.. address.Names.Take(address.Names.Count - 1), last], Count = count, Type = type };
    }
}
