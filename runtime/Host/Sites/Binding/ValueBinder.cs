using PlantRuntime.Recipes;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>One value to one type. Null stands for "a problem was noted" everywhere here.</summary>
internal static class ValueBinder
{
    /// <summary>The value as a <paramref name="type"/>, or null after a problem.</summary>
    public static object? Bind(BindingScope scope, Type type, string key, TomlValue value, BoundsAttribute? bounds)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return (value as TomlString)?.Text ?? scope.Expected(key, "a string", value);
        if (type == typeof(bool)) return (value as TomlBoolean)?.Value ?? scope.Expected(key, "true or false", value);
        if (type == typeof(TimeSpan)) return BindDuration(scope, key, value);
        if (type == typeof(ByteSize)) return BindSize(scope, key, value);
        if (type == typeof(Secret)) return SecretBinder.Bind(scope, key, value);
        if (type.IsEnum) return BindEnum(scope, type, key, value);
        if (NumberBinder.Takes(type)) return NumberBinder.Bind(scope, type, key, value, bounds);
        if (CollectionBinder.Bind(scope, type, key, value, bounds, out var collection)) return collection;
        if (!type.IsClass) return scope.Fail(value.At, $"{key}: the plugin wants a {type.FullName}, which site.toml has no form for");
        if (value is not TomlTable table) return scope.Expected(key, "a table such as { key = value }", value);
        return ObjectBinder.Bind(scope, type, table, []);
    }

    private static object? BindDuration(BindingScope scope, string key, TomlValue value)
    {
        if (value is not TomlString text) return scope.Expected(key, Duration.Expected, value);
        return Duration.TryParse(text.Text, out var duration, out var problem) ? duration : scope.Fail(value.At, $"{key}: {problem}");
    }

    private static object? BindSize(BindingScope scope, string key, TomlValue value)
    {
        if (value is not TomlString text) return scope.Expected(key, Size.Expected, value);
        return Size.TryParse(text.Text, out var size, out var problem) ? size : scope.Fail(value.At, $"{key}: {problem}");
    }

    private static object? BindEnum(BindingScope scope, Type type, string key, TomlValue value)
    {
        var names = Enum.GetNames(type);
        var words = names.Select(SnakeCase.Of).ToArray();
        var expected = $"one of {string.Join(", ", words.Select(word => $"\"{word}\""))}";
        if (value is not TomlString text) return scope.Expected(key, expected, value);
        var index = Array.IndexOf(words, text.Text);
        if (index >= 0) return Enum.Parse(type, names[index]);
        return scope.Fail(value.At, $"{key}: expected {expected}, found \"{text.Text}\"{Nearest.Hint(text.Text, words)}");
    }
}
