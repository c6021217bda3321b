using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Formats values for people, the same in every command: 123456789, not 1.234568E+08. Independent of the culture of the computer; pure.
/// </summary>
internal static class ValueText
{
    /// <summary>Digits of a decimal fraction that a double always keeps.</summary>
    private const string DoubleForm = "E14";

    /// <summary>Digits of a decimal fraction that a single keeps, 7.</summary>
    private const string SingleForm = "E6";

    /// <summary>The shortest form that reads back as the same number.</summary>
    private const string ExactForm = "R";

    private const string PlainForm = "0.##############################";
    private const double Smallest = 1e-4;
    private const double Greatest = 1e15;

    /// <summary>From here on a single has more than seven digits before the decimal point, which are not rounded away.</summary>
    private const double LongSingle = 1e7;

    /// <summary>
    /// Formats a value in one line: integers with all digits, doubles with at most 15 and singles with at most 7 significant digits,
    /// without an exponent from 0.0001 to 1E+15; "-" for no value. Texts are escaped (<see cref="LogText.Sanitize"/>).
    /// </summary>
    public static string Format(Value value) => value.Kind switch
    {
        ValueKind.Null => "-",
        ValueKind.Float32 => FormatSingle((float)value.Number),
        ValueKind.Float64 => FormatDouble(value.Number),
        ValueKind.Text => LogText.Sanitize(value.Text),
        ValueKind.Array => FormatItems(value),
        _ => value.ToString(),
    };

    /// <summary>
    /// Formats a value; a number that takes more characters than <paramref name="width"/> loses decimals until it fits or has none.
    /// </summary>
    public static string Format(Value value, int width)
    {
        var text = Format(value);
        if (value.Kind is not (ValueKind.Float32 or ValueKind.Float64)) return text;
        for (var digits = 13; text.Length > width && text.Contains('.', StringComparison.Ordinal); digits--)
            text = Layout(value.Number, value.Number.ToString($"E{digits}", CultureInfo.InvariantCulture));
        return text;
    }

    private static string FormatItems(Value value)
    {
        var items = new List<string>();
        foreach (var item in value.Items) items.Add(Format(item));
        return LogText.Sanitize($"[{string.Join(", ", items)}]");
    }

    private static string FormatSingle(float number) =>
        Layout(number, number.ToString(Math.Abs(number) < LongSingle ? SingleForm : ExactForm, CultureInfo.InvariantCulture));

    private static string FormatDouble(double number) => Layout(number, number.ToString(DoubleForm, CultureInfo.InvariantCulture));

    private static bool IsReadable(double number) => Math.Abs(number) is >= Smallest and < Greatest;

    /// <summary>Writes the digits of a number without an exponent if the number is of a readable size.</summary>
    private static string Layout(double number, string digits)
    {
        if (number == 0) return "0";
        if (!double.IsFinite(number)) return digits;
        if (IsReadable(number) || IsReadable(double.Parse(digits, CultureInfo.InvariantCulture)))
        {
            var readable = decimal.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
            return readable.ToString(PlainForm, CultureInfo.InvariantCulture);
        }

        var (mantissa, exponent) = digits.Split('E') is [var left, var right] ? (left, right) : (digits, "0");
        var power = int.Parse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var shown = mantissa.Contains('.', StringComparison.Ordinal) ? mantissa.TrimEnd('0').TrimEnd('.') : mantissa;
        return string.Create(CultureInfo.InvariantCulture, $"{shown}E{(power < 0 ? "-" : "+")}{Math.Abs(power):00}");
    }
}
