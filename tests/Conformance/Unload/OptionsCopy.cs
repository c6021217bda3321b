using System.Collections;
using System.Reflection;

namespace PlantRuntime.Conformance.Unload;

/// <summary>
/// Carries options into another load context, whose options class has the same name and properties but is another type. By reflection
/// only: a serializer's caches would keep the other context alive.
/// </summary>
public static class OptionsCopy
{
    /// <summary><paramref name="source"/> as a <paramref name="type"/>, nested classes, lists, dictionaries and enums included.</summary>
    public static object To(Type type, object source) => Convert(type, source)!;

    private static object? Convert(Type type, object? source)
    {
        if (source is null) return null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsInstanceOfType(source)) return source;
        if (type.IsEnum) return Enum.Parse(type, source.ToString()!);
        if (source is IDictionary dictionary) return Dictionary(type, dictionary);
        return source is IEnumerable items ? List(type, items) : Object(type, source);
    }

    private static object Object(Type type, object source)
    {
        var copy = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
            property.SetValue(copy, Convert(property.PropertyType, source.GetType().GetProperty(property.Name)!.GetValue(source)));
        return copy;
    }

    private static object Dictionary(Type type, IDictionary source)
    {
        var value = type.GetGenericArguments()[^1];
        var copy = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), value))!;
        foreach (DictionaryEntry entry in source) copy.Add(entry.Key, Convert(value, entry.Value));
        return copy;
    }

    private static object List(Type type, IEnumerable source)
    {
        var item = type.IsArray ? type.GetElementType()! : type.GetGenericArguments().Single();
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        foreach (var element in source) list.Add(Convert(item, element));
        if (!type.IsArray) return list;
        var array = Array.CreateInstance(item, list.Count);
        list.CopyTo(array, 0);
        return array;
    }
}
