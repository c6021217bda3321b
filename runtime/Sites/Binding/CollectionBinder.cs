using System.Collections;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Binding;

/// <summary>
/// Converts TOML arrays to lists and arrays, and TOML tables to dictionaries with string keys. Problems are added to the context; used by
/// the thread that owns the context.
/// </summary>
internal static class CollectionBinder
{
    /// <summary>Converts a value to a collection.</summary>
    /// <returns>
    /// False if <paramref name="type"/> is not a supported collection. Otherwise <paramref name="collection"/> is the result, or null after
    /// problems.
    /// </returns>
    public static bool Bind(BindingContext context, Type type, string key, TomlValue value, BoundsAttribute? bounds, out object? collection)
    {
        collection = null;
        var arguments = type.IsGenericType ? type.GetGenericArguments() : [];
        if (type.IsSZArray)
        {
            var items = BindList(context, type.GetElementType()!, key, value, bounds);
            if (items is null) return true;
            var array = Array.CreateInstance(type.GetElementType()!, items.Count);
            items.CopyTo(array, 0);
            collection = array;
            return true;
        }

        if (arguments.Length == 1 && type.IsAssignableFrom(typeof(List<>).MakeGenericType(arguments)))
        {
            collection = BindList(context, arguments[0], key, value, bounds);
            return true;
        }

        if (arguments.Length != 2 || arguments[0] != typeof(string)) return false;
        if (!type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(arguments))) return false;
        collection = BindDictionary(context, arguments[1], key, value, bounds);
        return true;
    }

    private static IList? BindList(BindingContext context, Type itemType, string key, TomlValue value, BoundsAttribute? bounds)
    {
        if (value is not TomlArray array)
        {
            context.Expected(key, "an array such as [1, 2]", value);
            return null;
        }

        var before = context.Problems.Count;
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType))!;
        foreach (var item in array.Items)
        {
            if (ValueBinder.Bind(context, itemType, key, item, bounds) is { } bound) list.Add(bound);
        }

        return context.Problems.Count == before ? list : null;
    }

    private static IDictionary? BindDictionary(BindingContext context, Type valueType, string key, TomlValue value, BoundsAttribute? bounds)
    {
        if (value is not TomlTable table)
        {
            context.Expected(key, "a table such as { name = value }", value);
            return null;
        }

        var before = context.Problems.Count;
        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType))!;
        foreach (var entry in table.Entries)
        {
            if (ValueBinder.Bind(context, valueType, entry.Key, entry.Value, bounds) is { } bound) dictionary[entry.Key] = bound;
        }

        return context.Problems.Count == before ? dictionary : null;
    }
}
