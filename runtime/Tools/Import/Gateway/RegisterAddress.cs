using System.Globalization;
using PlantRuntime.Sites;

namespace PlantRuntime.Tools.Import.Gateway;

/// <summary>
/// Converts a register of the gateway's file to an address of the driver modbus. The file gives a number, the table and the type: the table
/// counts, also where the first digit of the number stands for another one. Pure, apart from the problems and notes that it adds.
/// </summary>
internal static class RegisterAddress
{
    private const int LastOffset = 65_535;

    // A text of the gateway has no length.
    private const int TextBytes = 32;

    private static readonly string[] s_numbers = ["INT16", "UINT16", "INT32", "UINT32", "FLOAT32", "FLOAT64"];

    /// <summary>Returns the address; empty after a problem.</summary>
    /// <param name="values">The section, which receives problems and notes.</param>
    /// <param name="register">The number.</param>
    /// <param name="table">The table: COIL, DISCRETE_INPUT, HOLDING or INPUT, with or without _REGISTER.</param>
    /// <param name="type">The type of the value.</param>
    public static string Map(
        IniValues values, (string Text, SourceLocation At) register, (string Text, SourceLocation At) table,
        (string Text, SourceLocation At) type)
    {
        var (area, digit) = table.Text.ToUpperInvariant() switch
        {
            "COIL" or "COILS" => ("coil", 0),
            "DISCRETE_INPUT" or "DISCRETE" => ("discrete", 1),
            "INPUT" or "INPUT_REGISTER" => ("input", 3),
            "HOLDING" or "HOLDING_REGISTER" => ("holding", 4),
            _ => ("", -1),
        };
        if (digit < 0)
            values.Problems.Add(table.At, $"register_types: expected COIL, DISCRETE_INPUT, HOLDING or INPUT, found \"{table.Text}\"");
        var suffix = Suffix(values, type, isBit: digit is 0 or 1);
        if (Offset(values, register, digit, area) is not { } offset || digit < 0 || suffix is null) return "";
        return string.Create(CultureInfo.InvariantCulture, $"{area}:{offset}{suffix}");
    }

    // 30001 and 300001 are the first register; a number without the digit of a table is the offset itself.
    private static int? Offset(IniValues values, (string Text, SourceLocation At) register, int digit, string area)
    {
        if (!int.TryParse(register.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            values.Problems.Add(register.At, $"registers: expected a number such as 30001, found \"{register.Text}\"");
            return null;
        }

        var (first, rest) = register.Text.Length switch
        {
            5 => (number / 10_000, number % 10_000),
            6 => (number / 100_000, number % 100_000),
            _ => (-1, 0),
        };
        if (first is 0 or 1 or 3 or 4 && rest is >= 1 and <= LastOffset + 1)
        {
            if (first != digit && digit >= 0)
                values.Notes.Add(new Problem(register.At,
                    $"registers: {register.Text} is mapped to {area}:{rest - 1}, because register_types counts and not the first digit"));
            return rest - 1;
        }

        if (number > LastOffset)
        {
            values.Problems.Add(register.At, $"registers: {register.Text} is neither a reference such as 40001 nor an offset up to 65535");
            return null;
        }

        values.Notes.Add(new Problem(register.At,
            $"registers: {register.Text} is taken as an offset that counts from 0; if the meter's document counts from 1, subtract 1"));
        return number;
    }

    /// <summary>Returns what follows the offset; null after a problem.</summary>
    private static string? Suffix(IniValues values, (string Text, SourceLocation At) type, bool isBit)
    {
        var name = type.Text.ToUpperInvariant();
        if (isBit)
        {
            if (name == "BOOL") return "";
            values.Problems.Add(type.At, $"data_types: a coil or discrete input is BOOL, not {type.Text}");
            return null;
        }

        if (s_numbers.Contains(name)) return $":{name}";
        switch (name)
        {
            case "BOOL":
                values.Notes.Add(new Problem(type.At,
                    "data_types: BOOL of a register is read as UINT16: name a bit if one is meant, as in holding:0.0"));
                return ":UINT16";
            case "STRING":
                values.Notes.Add(new Problem(type.At, $"data_types: STRING is read as {TextBytes} bytes: write the length of the text"));
                return $":STRING[{TextBytes}]";
            default:
                values.Problems.Add(type.At, $"data_types: expected {string.Join(", ", s_numbers)}, BOOL or STRING, found \"{type.Text}\"");
                return null;
        }
    }
}
