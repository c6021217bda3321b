using System.Globalization;
using System.Reflection;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Binding;

/// <summary>
/// Creates an object of an options class from a TOML table: sets its properties, reports unknown and missing keys, and calls its own
/// validation. Problems are added to the context; used by the thread that owns the context.
/// </summary>
internal static class ObjectBinder
{
    /// <summary>
    /// Returns a new object filled from the table, or null after problems. Never throws: an exception of the class is a problem.
    /// </summary>
    public static object? Bind(BindingContext context, Type type, TomlTable table, IReadOnlyList<string> hostKeys)
    {
        var before = context.Problems.Count;
        try
        {
            var properties = context.PropertiesOf(type);
            ReportUnknown(context, table, properties, hostKeys);
            var target = Activator.CreateInstance(type, nonPublic: true)!;
            var isWhole = true;
            foreach (var property in properties) isWhole &= Set(context, target, property, table);
            if (Array.Exists(properties, p => p.Key == "port")) ReportPortInHost(context, table);
            if (context.Problems.Count == before && isWhole && target is IValidatedOptions own) Validate(context, own, table);
            return context.Problems.Count == before && isWhole ? target : null;
        }
        catch (Exception error)
        {
            // Code of a plugin threw it. It is reported like other problems, so that those of the rest of the site are reported too.
            var cause = error is TargetInvocationException { InnerException: { } inner } ? inner : error;
            return context.Fail(table.At, $"the options class {type.FullName} fails with {cause.GetType().Name}: {cause.Message}");
        }
    }

    private static void ReportUnknown(BindingContext context, TomlTable table, OptionProperty[] properties, IReadOnlyList<string> hostKeys)
    {
        foreach (var entry in table.Entries.Where(e => !Array.Exists(properties, p => p.Key == e.Key)))
        {
            var keys = properties.Select(p => p.Key);
            var expected = properties.Length == 0 ? ": no keys are expected here" : $": expected one of {string.Join(", ", keys.Order())}";
            context.Fail(entry.KeyAt, $"unknown key {entry.Key}{Nearest.DidYouMean(entry.Key, keys.Concat(hostKeys), expected)}");
        }
    }

    /// <summary>Reports <c>host = "name:port"</c>: plugins look for a machine of that name. IPv6 addresses have more colons.</summary>
    private static void ReportPortInHost(BindingContext context, TomlTable table)
    {
        if (table.Find("host")?.Value is not TomlString host || host.Text.Split(':') is not [{ Length: > 0 } name, var port]) return;
        if (ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            context.Fail(host.At, $"host: the port has a key of its own: write host = \"{name}\" and port = {port}");
    }

    /// <returns>
    /// False if a required key is missing. That is reported, unless the key may be in a line that could not be read.
    /// </returns>
    private static bool Set(BindingContext context, object target, OptionProperty option, TomlTable table)
    {
        if (table.Find(option.Key) is { } entry)
        {
            var value = ValueBinder.Bind(context, option.Property.PropertyType, option.Key, entry.Value, option.Bounds);
            if (value is not null) option.Property.SetValue(target, value);
            return true;
        }

        if (option.IsRequired && !table.IsIncomplete) context.Fail(table.At, $"the required key {option.Key} is missing");
        return !option.IsRequired;
    }

    private static void Validate(BindingContext context, IValidatedOptions options, TomlTable table)
    {
        foreach (var (key, message) in options.Validate())
        {
            context.Fail(table.Find(key)?.Value.At ?? table.At, $"{key}: {message}");
        }
    }
}
