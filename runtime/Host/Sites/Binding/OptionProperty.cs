using System.Reflection;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>A property of an options class, as far as binding needs it.</summary>
/// <param name="Key">Its key in site.toml.</param>
/// <param name="Property">The property.</param>
/// <param name="Bounds">Its bounds, or null.</param>
/// <param name="IsRequired">True when the key must be given.</param>
internal sealed record OptionProperty(string Key, PropertyInfo Property, BoundsAttribute? Bounds, bool IsRequired)
{
    /// <summary>The properties of a class that can be set.</summary>
    public static OptionProperty[] Of(Type type) =>
        [.. from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0
            select new OptionProperty(
                SnakeCase.Of(property.Name),
                property,
                property.GetCustomAttribute<BoundsAttribute>(),
                property.IsDefined(typeof(RequiredMemberAttribute)))];
}
