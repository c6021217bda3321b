using System.Reflection;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites.Toml;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Sites.Binding;

/// <summary>
/// Turns a table into an options object (see <see cref="DriverPlugin{TOptions}"/> for what that may hold) and finds every mistake in it. The
/// types belong to plugins that are to leave memory again, so nothing about them is remembered.
/// </summary>
internal static class OptionsBinder
{
    /// <returns>Null when there are problems, all of which were added.</returns>
    public static object? Bind(Type type, TomlTable table, Func<string, string?> environment, ICollection<Problem> problems)
    {
        var before = problems.Count;
        var options = new ValueBinder(environment, problems).Object(type, table);
        return problems.Count == before ? options : null;
    }

    /// <summary>Properties that a table may set, by key.</summary>
    internal static Dictionary<string, PropertyInfo> Keys(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true })
            .ToDictionary(p => KeyOf(p.Name), StringComparer.Ordinal);

    /// <summary>UnitId → unit_id.</summary>
    internal static string KeyOf(string property) =>
        string.Concat(property.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));

    internal static string Unknown(string key, IEnumerable<string> known) =>
        Nearest.Hint(key, known) is { Length: > 0 } hint ? $"unknown key \"{key}\"{hint}" : $"unknown key \"{key}\"; there are {string.Join(", ", known.Order())}";
}
