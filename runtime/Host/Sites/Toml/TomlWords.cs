using System.Globalization;
using System.Text.RegularExpressions;

namespace PlantRuntime.Host.Sites.Toml;

/// <summary>Values without quotes: booleans, numbers, dates and times (TOML 1.0, "Integer" to "Local Time").</summary>
internal static partial class TomlWords
{
    public static TomlNode Read(TomlScanner scanner)
    {
        var at = scanner.Here;
        var word = scanner.TakeWhile(IsWord);
        if (word.Length == 0) throw scanner.Error($"expected a value, found {scanner.Found()}");

        // A date and a time may be set apart by one blank.
        if (Date().IsMatch(word) && scanner.Peek() == ' ' && char.IsAsciiDigit(scanner.Peek(1)))
        {
            scanner.Next();
            word = $"{word}T{scanner.TakeWhile(IsWord)}";
        }

        return word switch
        {
            "true" => new TomlBoolean(at, true),
            "false" => new TomlBoolean(at, false),
            "inf" or "+inf" => new TomlFloat(at, double.PositiveInfinity),
            "-inf" => new TomlFloat(at, double.NegativeInfinity),
            "nan" or "+nan" or "-nan" => new TomlFloat(at, double.NaN),
            _ when Integer().IsMatch(word) => ReadDecimal(word, at),
            _ when Based().IsMatch(word) => ReadBased(word, at),
            _ when Float().IsMatch(word) => new TomlFloat(at, double.Parse(word.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)),
            _ when Moment().Match(word) is { Success: true } moment => ReadMoment(moment, at),
            _ => throw new TomlException(at, $"'{word}' is no value: text stands in quotes, a number has digits, truth is true or false"),
        };
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '_' or '.' or ':';

    private static TomlInteger ReadDecimal(string word, Position at) =>
        long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new TomlInteger(at, number)
            : throw TooLarge(at);

    private static TomlInteger ReadBased(string word, Position at)
    {
        var digits = word[2..].Replace("_", "", StringComparison.Ordinal);
        try
        {
            var number = Convert.ToUInt64(digits, word[1] switch { 'x' => 16, 'o' => 8, _ => 2 });
            return number <= long.MaxValue ? new TomlInteger(at, (long)number) : throw TooLarge(at);
        }
        catch (OverflowException)
        {
            throw TooLarge(at);
        }
    }

    private static TomlException TooLarge(Position at) => new(at, "this integer does not fit into 64 bits");

    private static TomlDateTime ReadMoment(Match match, Position at)
    {
        try
        {
            DateOnly? date = match.Groups["y"].Success ? new DateOnly(Number("y"), Number("mo"), Number("d")) : null;
            TimeOnly? time = match.Groups["h"].Success ? ReadTime() : null;
            TimeSpan? offset = match.Groups["z"].Success ? TimeSpan.Zero : match.Groups["oh"].Success ? ReadOffset() : null;
            return new TomlDateTime(at, date, time, offset);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new TomlException(at, $"'{match.Value}' is no day or time that there is");
        }

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

        TimeOnly ReadTime()
        {
            // A fraction finer than a tick is cut.
            var fraction = match.Groups["f"].Value.PadRight(7, '0')[..7];
            return new TimeOnly(Number("h"), Number("mi"), Number("s")).Add(TimeSpan.FromTicks(long.Parse(fraction, CultureInfo.InvariantCulture)));
        }

        TimeSpan ReadOffset()
        {
            var time = new TimeOnly(Number("oh"), Number("om")).ToTimeSpan();
            return match.Groups["sign"].Value == "-" ? -time : time;
        }
    }

    [GeneratedRegex(@"^[+-]?(0|[1-9](_?[0-9])*)$")]
    private static partial Regex Integer();

    [GeneratedRegex("^(0x[0-9A-Fa-f](_?[0-9A-Fa-f])*|0o[0-7](_?[0-7])*|0b[01](_?[01])*)$")]
    private static partial Regex Based();

    [GeneratedRegex(@"^[+-]?(0|[1-9](_?[0-9])*)(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?$")]
    private static partial Regex Float();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d$")]
    private static partial Regex Date();

    [GeneratedRegex(@"^(?=.)((?<y>\d{4})-(?<mo>\d\d)-(?<d>\d\d))?((?(y)[Tt])(?<h>\d\d):(?<mi>\d\d):(?<s>\d\d)(\.(?<f>\d+))?((?(y)((?<z>[Zz])|(?<sign>[+-])(?<oh>\d\d):(?<om>\d\d))|(?!)))?)?$")]
    private static partial Regex Moment();
}
