using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Binding;

/// <summary>
/// Converts a text with environment variables to the type that its key needs, because a variable cannot be written without quotes:
/// <c>port = "${MQTT_PORT:-8883}"</c>. Pure.
/// </summary>
internal static class ExpandedText
{
    /// <summary>
    /// Returns the value as an integer, a float or a boolean if <paramref name="type"/> needs one and the text is one; otherwise the text.
    /// White space around everything but a string is dropped, because files of variables can have line ends of Windows. A word of a list
    /// becomes lower case.
    /// </summary>
    public static TomlValue Convert(Type type, TomlString value)
    {
        if (type == typeof(string)) return value;
        var text = value.Text.Trim();
        if (type == typeof(bool) && ToBoolean(text) is { } truth) return new TomlBoolean(value.At, truth);
        if (!type.IsEnum && NumberBinder.CanBind(type) && ToNumber(value.At, text) is { } number) return number;

        // Variables of other programs are often written in capitals: LOG_LEVEL=INFO.
        if (type.IsEnum) text = text.ToLowerInvariant();
        return text == value.Text ? value : new TomlString(value.At, value.TextAt, text, isPlain: false, isExpanded: true);
    }

    /// <summary>
    /// Returns a setting for recipes, whose type only the plugin knows: a number if the text is a whole number as it is usually written,
    /// otherwise the text.
    /// </summary>
    public static object ConvertScalar(TomlString value)
    {
        var isNumber = long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        return isNumber && number.ToString(CultureInfo.InvariantCulture) == value.Text ? number : value.Text;
    }

    private static TomlValue? ToNumber(SourceLocation at, string text)
    {
        var culture = CultureInfo.InvariantCulture;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var integer)) return new TomlInteger(at, integer);
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, culture, out var number) && double.IsFinite(number) ? new TomlFloat(at, number) : null;
    }

    // The words for true and false in files of variables.
    private static bool? ToBoolean(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => null,
    };
}
