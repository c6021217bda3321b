using System.Collections;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>Lists, arrays, and dictionaries by name.</summary>
internal static class CollectionBinder
{
    /// <summary>False when the type is no collection; else <paramref name="collection"/> is it, or null after problems.</summary>
    public static bool Bind(BindingScope scope, Type type, string key, TomlValue value, BoundsAttribute? bounds, out object? collection)
    {
        collection = null;
        var arguments = type.IsGenericType ? type.GetGenericArguments() : [];
        if (type.IsSZArray)
        {
            var items = BindList(scope, type.GetElementType()!, key, value, bounds);
            if (items is null) return true;
            var array = Array.CreateInstance(type.GetElementType()!, items.Count);
            items.CopyTo(array, 0);
            collection = array;
            return true;
        }

        if (arguments.Length == 1 && type.IsAssignableFrom(typeof(List<>).MakeGenericType(arguments)))
        {
            collection = BindList(scope, arguments[0], key, value, bounds);
            return true;
        }

        if (arguments.Length != 2 || arguments[0] != typeof(string)) return false;
        if (!type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(arguments))) return false;
        collection = BindDictionary(scope, arguments[1], key, value, bounds);
        return true;
    }

    private static IList? BindList(BindingScope scope, Type itemType, string key, TomlValue value, BoundsAttribute? bounds)
    {
        if (value is not TomlArray array)
        {
            scope.Expected(key, "an array such as [1, 2]", value);
            return null;
        }

        var before = scope.Problems.Count;
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType))!;
        foreach (var item in array.Items)
        {
            if (ValueBinder.Bind(scope, itemType, key, item, bounds) is { } bound) list.Add(bound);
        }

        return scope.Problems.Count == before ? list : null;
    }

    private static IDictionary? BindDictionary(BindingScope scope, Type valueType, string key, TomlValue value, BoundsAttribute? bounds)
    {
        if (value is not TomlTable table)
        {
            scope.Expected(key, "a table such as { name = value }", value);
            return null;
        }

        var before = scope.Problems.Count;
        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType))!;
        foreach (var entry in table.Entries)
        {
            if (ValueBinder.Bind(scope, valueType, entry.Key, entry.Value, bounds) is { } bound) dictionary[entry.Key] = bound;
        }

        return scope.Problems.Count == before ? dictionary : null;
    }
}
