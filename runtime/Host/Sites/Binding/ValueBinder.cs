using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites.Text;
using PlantRuntime.Host.Sites.Toml;

namespace PlantRuntime.Host.Sites.Binding;

/// <summary>Turns nodes into values of a wanted type.</summary>
internal sealed class ValueBinder(Func<string, string?> environment, ICollection<Problem> problems)
{
    /// <summary>An object whose properties are the table's keys.</summary>
    public object? Object(Type type, TomlTable table)
    {
        // Its constructor only sets defaults; `required` is a promise to compilers, which is kept below.
        var target = Activator.CreateInstance(type)!;
        var keys = OptionsBinder.Keys(type);
        foreach (var entry in table.Entries)
        {
            if (keys.TryGetValue(entry.Key, out var property)) Set(target, property, entry);
            else problems.Add(new Problem(entry.KeyAt, OptionsBinder.Unknown(entry.Key, keys.Keys)));
        }

        foreach (var (key, property) in keys)
        {
            if (property.IsDefined(typeof(RequiredMemberAttribute)) && table.Find(key) is null)
                problems.Add(new Problem(table.At, $"the key \"{key}\" is missing: {Expected(property.PropertyType)}"));
        }

        if (target is IValidatedOptions validated)
        {
            foreach (var (key, message) in validated.Validate()) problems.Add(new Problem(table.Find(key)?.Value.At ?? table.At, message));
        }

        return target;
    }

    private void Set(object target, PropertyInfo property, TomlEntry entry)
    {
        if (Value(property.PropertyType, entry.Value) is not { } value) return;
        if (property.GetCustomAttribute<BoundsAttribute>() is { } bounds && value is IConvertible && Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture) is var number
            && !(number >= bounds.Low && number <= bounds.High))
        {
            problems.Add(new Problem(entry.Value.At, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{entry.Key} goes from {bounds.Low} to {bounds.High}, not {number}")));
            return;
        }

        property.SetValue(target, value);
    }

    private object? Value(Type type, TomlNode node)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Secret)) return SecretReader.Read(node, environment, problems);
        if (type.IsEnum) return Enumeration(type, node);
        if (Integers.IsInteger(type)) return Integer(type, node);
        return (node, type) switch
        {
            (TomlString text, _) when type == typeof(string) => text.Text,
            (TomlBoolean truth, _) when type == typeof(bool) => truth.IsTrue,
            (TomlFloat number, _) when type == typeof(double) => number.Number,
            (TomlInteger number, _) when type == typeof(double) => (double)number.Number,
            (TomlString text, _) when type == typeof(TimeSpan) => Duration.TryParse(text.Text, out var duration, out var error) ? duration : Wrong(node, error),
            (TomlString text, _) when type == typeof(ByteSize) => Size.TryParse(text.Text, out var size, out var error) ? size : Wrong(node, error),
            (TomlArray array, _) when ItemOf(type) is { } item => List(type, item, array),
            (TomlTable table, _) when MapOf(type) is { } item => Map(item, table),
            (TomlTable table, { IsClass: true }) when type != typeof(string) && ItemOf(type) is null => Object(type, table),
            _ => Wrong(node, $"{Expected(type)}, found {node.Kind}"),
        };
    }

    private object? Wrong(TomlNode node, string message)
    {
        problems.Add(new Problem(node.At, message));
        return null;
    }

    private object? Integer(Type type, TomlNode node)
    {
        if (node is not TomlInteger integer) return Wrong(node, $"expected a whole number, found {node.Kind}");
        var (low, high) = Integers.Range(type);
        return integer.Number >= low && (UInt128)(Int128)Math.Max(0, integer.Number) <= (UInt128)high
            ? Convert.ChangeType(integer.Number, type, System.Globalization.CultureInfo.InvariantCulture)
            : Wrong(node, $"expected a whole number from {low} to {high}, found {integer.Number}");
    }

    private object? Enumeration(Type type, TomlNode node)
    {
        var names = Enum.GetNames(type).ToDictionary(OptionsBinder.KeyOf, StringComparer.OrdinalIgnoreCase);
        if (node is not TomlString text) return Wrong(node, $"expected one of {Quoted(names.Keys)}, found {node.Kind}");

        // Names such as ABCD are all capitals, which as snake_case no one would write: they are taken as they are.
        var name = Enum.GetNames(type).FirstOrDefault(n => n == text.Text) ?? names.GetValueOrDefault(text.Text);
        var shown = names.Select(n => n.Value.All(char.IsUpper) ? n.Value : n.Key).ToList();
        return name is not null
            ? Enum.Parse(type, name)
            : Wrong(node, $"expected one of {Quoted(shown)}, found \"{text.Text}\"{PlantRuntime.Recipes.Nearest.Hint(text.Text, shown)}");
    }

    private object? List(Type type, Type item, TomlArray array)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        foreach (var node in array.Items)
        {
            if (Value(item, node) is { } value) list.Add(value);
        }

        if (!type.IsArray) return list;
        var result = Array.CreateInstance(item, list.Count);
        list.CopyTo(result, 0);
        return result;
    }

    private IDictionary Map(Type item, TomlTable table)
    {
        var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), item))!;
        foreach (var entry in table.Entries)
        {
            if (Value(item, entry.Value) is { } value) map.Add(entry.Key, value);
        }

        return map;
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"\"{n}\""));

    private static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? "expected a string"
            : type == typeof(bool) ? "expected true or false"
            : type == typeof(double) ? "expected a number"
            : type == typeof(TimeSpan) ? "expected a duration such as \"1s\""
            : type == typeof(ByteSize) ? "expected a size such as \"512MB\""
            : type == typeof(Secret) ? SecretReader.Expected
            : type.IsEnum ? $"expected one of {Quoted(Enum.GetNames(type).Select(OptionsBinder.KeyOf))}"
            : Integers.IsInteger(type) ? "expected a whole number"
            : MapOf(type) is not null ? "expected a table"
            : ItemOf(type) is not null ? "expected an array"
            : "expected a table { … }";
    }

    private static Type? ItemOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(List<>) || open == typeof(IReadOnlyList<>) || open == typeof(IList<>))
            ? type.GenericTypeArguments[0]
            : null;

    private static Type? MapOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open
        && (open == typeof(Dictionary<,>) || open == typeof(IReadOnlyDictionary<,>) || open == typeof(IDictionary<,>)) && type.GenericTypeArguments[0] == typeof(string)
            ? type.GenericTypeArguments[1]
            : null;
}
