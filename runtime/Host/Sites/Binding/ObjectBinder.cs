using System.Reflection;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>Options classes: their properties, what is required, and their own rules.</summary>
internal static class ObjectBinder
{
    /// <summary>A new object filled from the table, or null after problems.</summary>
    public static object? Bind(BindingScope scope, Type type, TomlTable table, IReadOnlyList<string> hostKeys)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && p.GetIndexParameters().Length == 0)
            .Select(p => (Key: SnakeCase.Of(p.Name), Property: p)).ToArray();
        var before = scope.Problems.Count;
        ReportUnknown(scope, table, properties.Select(p => p.Key).ToArray(), hostKeys);
        try
        {
            var target = Activator.CreateInstance(type, nonPublic: true)!;
            var isWhole = true;
            foreach (var (key, property) in properties) isWhole &= Set(scope, target, key, property, table);
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

    private static void ReportUnknown(BindingScope scope, TomlTable table, string[] keys, IReadOnlyList<string> hostKeys)
    {
        foreach (var entry in table.Entries.Where(e => !keys.Contains(e.Key)))
        {
            var expected = keys.Length == 0 ? ": no keys are expected here" : $": expected one of {string.Join(", ", keys.Order())}";
            var hint = Nearest.Hint(entry.Key, keys.Concat(hostKeys), expected);
            scope.Fail(entry.KeyAt, $"unknown key {entry.Key}{hint}");
        }
    }

    // False when a required key is missing, which is a problem unless it may stand in a line that could not be read.
    private static bool Set(BindingScope scope, object target, string key, PropertyInfo property, TomlTable table)
    {
        if (table.Find(key) is { } entry)
        {
            var value = ValueBinder.Bind(scope, property.PropertyType, key, entry.Value, property.GetCustomAttribute<BoundsAttribute>());
            if (value is not null) property.SetValue(target, value);
            return true;
        }

        if (!property.IsDefined(typeof(RequiredMemberAttribute))) return true;
        if (!table.IsIncomplete) scope.Fail(table.At, $"the required key {key} is missing");
        return false;
    }

    private static void Validate(BindingScope scope, IValidatedOptions options, TomlTable table)
    {
        foreach (var (key, message) in options.Validate())
        {
            scope.Fail(table.Find(key)?.Value.At ?? table.At, $"{key}: {message}");
        }
    }
}
