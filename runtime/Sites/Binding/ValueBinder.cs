using PlantRuntime.Contracts;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Binding;

/// <summary>
/// Converts one TOML value to the type of an option. Every method returns null after it has added a problem to the context; used by the
/// thread that owns the context.
/// </summary>
internal static class ValueBinder
{
    /// <summary>Returns the value as a <paramref name="type"/>, or null after a problem.</summary>
    public static object? Bind(BindingContext context, Type type, string key, TomlValue value, BoundsAttribute? bounds)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (value is TomlString { IsExpanded: true } variable) value = ExpandedText.Convert(type, variable);
        if (type == typeof(string)) return (value as TomlString)?.Text ?? context.Expected(key, "a string", value);
        if (type == typeof(bool)) return (value as TomlBoolean)?.Value ?? context.Expected(key, "true or false", value);
        if (type == typeof(TimeSpan)) return BindDuration(context, key, value);
        if (type == typeof(ByteSize)) return BindSize(context, key, value);
        if (type == typeof(PortSetting)) return BindPort(context, key, value, bounds);
        if (type == typeof(TimeZoneInfo)) return BindTimeZone(context, key, value);
        if (type == typeof(Secret)) return SecretBinder.Bind(context, key, value);
        // Before numbers: NumberBinder.CanBind is also true for enums.
        if (type.IsEnum) return BindEnum(context, type, key, value);
        if (NumberBinder.CanBind(type)) return NumberBinder.Bind(context, type, key, value, bounds);
        if (CollectionBinder.Bind(context, type, key, value, bounds, out var collection)) return collection;
        if (!type.IsClass) return context.Fail(value.At, $"{key}: the plugin wants a {type.FullName}, which site.toml has no form for");
        if (value is not TomlTable table) return context.Expected(key, "a table such as { key = value }", value);
        return ObjectBinder.Bind(context, type, table, []);
    }

    private static object? BindDuration(BindingContext context, string key, TomlValue value)
    {
        if (value is not TomlString text) return context.Expected(key, DurationText.Expected, value);
        return DurationText.TryParse(text.Text, out var duration, out var problem) ? duration : context.Fail(value.At, $"{key}: {problem}");
    }

    private static object? BindSize(BindingContext context, string key, TomlValue value)
    {
        if (value is not TomlString text) return context.Expected(key, Size.Expected, value);
        return Size.TryParse(text.Text, out var size, out var problem) ? size : context.Fail(value.At, $"{key}: {problem}");
    }

    private static object? BindPort(BindingContext context, string key, TomlValue value, BoundsAttribute? bounds)
    {
        if (value is TomlString { Text: var name, IsExpanded: var isExpanded } text && !string.IsNullOrWhiteSpace(name))
        {
            if (!name.All(char.IsAsciiDigit)) return new PortSetting(0, name);
            if (isExpanded) value = ExpandedText.Convert(typeof(int), text);
        }

        if (value is TomlInteger)
            return NumberBinder.Bind(context, typeof(int), key, value, bounds) is int port ? (object)new PortSetting(port) : null;
        return context.Expected(key, "the number of a TCP port or the name of a serial port such as \"/dev/ttyUSB0\"", value);
    }

    private static object? BindTimeZone(BindingContext context, string key, TomlValue value)
    {
        const string Expected = "a time zone such as \"Europe/Madrid\" or \"UTC\"";
        if (value is not TomlString text) return context.Expected(key, Expected, value);
        // .NET finds a name in other case only if the zone was read before, so it could be accepted now and refused after a restart.
        if (TimeZoneInfo.TryFindSystemTimeZoneById(text.Text, out var zone) && zone.Id == text.Text) return zone;
        var known = TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id).ToArray();
        if (known.All(id => id == TimeZoneInfo.Utc.Id))
        {
            return context.Fail(value.At, $"{key}: \"{text.Text}\" is not known, because this system has no time zone data: install the "
                + "package tzdata (or set TZDIR to its folder), or use \"UTC\"");
        }

        return context.Fail(value.At, $"{key}: expected {Expected}, found \"{text.Text}\"{Nearest.DidYouMean(text.Text, known)}");
    }

    private static object? BindEnum(BindingContext context, Type type, string key, TomlValue value)
    {
        var names = Enum.GetNames(type);
        var words = names.Select(SnakeCase.From).ToArray();
        var expected = $"one of {string.Join(", ", words.Select(word => $"\"{word}\""))}";
        if (value is not TomlString text) return context.Expected(key, expected, value);
        var index = Array.IndexOf(words, text.Text);
        if (index >= 0) return Enum.Parse(type, names[index]);
        return context.Fail(value.At, $"{key}: expected {expected}, found \"{text.Text}\"{Nearest.DidYouMean(text.Text, words)}");
    }
}
