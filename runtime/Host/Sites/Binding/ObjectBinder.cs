using PlantRuntime.Recipes;
using System.Reflection;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>Options classes: their properties, what is required, and their own rules.</summary>
internal static class ObjectBinder
{
    /// <summary>A new object filled from the table, or null after problems.</summary>
    public static object? Bind(BindingScope scope, Type type, TomlTable table, IReadOnlyList<string> hostKeys)
    {
        var before = scope.Problems.Count;
        try
        {
            var properties = scope.PropertiesOf(type);
            ReportUnknown(scope, table, properties, hostKeys);
            var target = Activator.CreateInstance(type, nonPublic: true)!;
            var isWhole = true;
            foreach (var property in properties) isWhole &= Set(scope, target, property, table);
            if (scope.Problems.Count == before && isWhole && target is IValidatedOptions own) Validate(scope, own, table);
            return scope.Problems.Count == before && isWhole ? target : null;
        }
        catch (Exception error)
        {
            // A plugin's code ran: whatever it threw is its own fault, and no reason to leave the other problems untold.
            var cause = error is TargetInvocationException { InnerException: { } inner } ? inner : error;
            return scope.Fail(table.At, $"the options class {type.FullName} fails with {cause.GetType().Name}: {cause.Message}");
        }
    }

    private static void ReportUnknown(BindingScope scope, TomlTable table, OptionProperty[] properties, IReadOnlyList<string> hostKeys)
    {
        foreach (var entry in table.Entries.Where(e => !Array.Exists(properties, p => p.Key == e.Key)))
        {
            var keys = properties.Select(p => p.Key);
            var expected = properties.Length == 0 ? ": no keys are expected here" : $": expected one of {string.Join(", ", keys.Order())}";
            scope.Fail(entry.KeyAt, $"unknown key {entry.Key}{Nearest.Hint(entry.Key, keys.Concat(hostKeys), expected)}");
        }
    }

    // False when a required key is missing, which is a problem unless it may stand in a line that could not be read.
    private static bool Set(BindingScope scope, object target, OptionProperty option, TomlTable table)
    {
        if (table.Find(option.Key) is { } entry)
        {
            var value = ValueBinder.Bind(scope, option.Property.PropertyType, option.Key, entry.Value, option.Bounds);
            if (value is not null) option.Property.SetValue(target, value);
            return true;
        }

        if (option.IsRequired && !table.IsIncomplete) scope.Fail(table.At, $"the required key {option.Key} is missing");
        return !option.IsRequired;
    }

    private static void Validate(BindingScope scope, IValidatedOptions options, TomlTable table)
    {
        foreach (var (key, message) in options.Validate())
        {
            scope.Fail(table.Find(key)?.Value.At ?? table.At, $"{key}: {message}");
        }
    }
}
