using PlantRuntime.Contracts;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PlantRuntime.Sites.Binding;

/// <summary>Describes a property of an options class for binding. Immutable.</summary>
/// <param name="Key">The key of the property in site.toml.</param>
/// <param name="Property">The property.</param>
/// <param name="Bounds">Its bounds, or null.</param>
/// <param name="IsRequired">True when the key must be given.</param>
internal sealed record OptionProperty(string Key, PropertyInfo Property, BoundsAttribute? Bounds, bool IsRequired)
{
    /// <summary>Returns the public instance properties of a class that have a public setter.</summary>
    public static OptionProperty[] From(Type type) =>
        [.. from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0
            select new OptionProperty(
                SnakeCase.From(property.Name),
                property,
                property.GetCustomAttribute<BoundsAttribute>(),
                property.IsDefined(typeof(RequiredMemberAttribute)))];
}

/// <summary>Converts names of C# to the form of site.toml: <c>UnitId</c> is <c>unit_id</c>. Pure.</summary>
internal static class SnakeCase
{
    /// <summary>Returns the key of a property or the word of an enum member.</summary>
    public static string From(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
