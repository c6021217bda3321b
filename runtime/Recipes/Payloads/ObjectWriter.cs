using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>
/// Writes an object, usually an anonymous one, as a JSON object with the names of its properties. It looks up their writers at the first
/// use; not thread-safe.
/// </summary>
internal sealed class ObjectWriter<T> : JsonValueWriter<T>
{
    private readonly Member[] _members;

    public ObjectWriter(JsonValueWriters writers) => _members =
    [
        .. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetMethod is not null && p.GetIndexParameters().Length == 0)
            .Select(p => CreateMember(p, writers)),
    ];

    public override void Write(Utf8JsonWriter writer, T value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        foreach (var member in _members) member.Write(writer, value);
        writer.WriteEndObject();
    }

    private static Member CreateMember(PropertyInfo property, JsonValueWriters writers)
    {
        var kind = typeof(T).IsValueType ? typeof(ReflectedMember) : typeof(Member<>).MakeGenericType(typeof(T), property.PropertyType);
        return kind == typeof(ReflectedMember)
            ? new ReflectedMember(property, (JsonValueWriter<object?>)writers.Get(typeof(object)))
            : (Member)Activator.CreateInstance(kind, property, writers)!;
    }

    private abstract class Member(PropertyInfo property)
    {
        protected PropertyInfo Property { get; } = property;

        protected JsonEncodedText Name { get; } = JsonEncodedText.Encode(property.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

        public abstract void Write(Utf8JsonWriter writer, T owner);
    }

    private sealed class Member<TProperty>(PropertyInfo property, JsonValueWriters writers) : Member(property)
    {
        private readonly Func<T, TProperty> _get = property.GetMethod!.CreateDelegate<Func<T, TProperty>>();

        // Resolved at the first use, because a type can contain itself.
        private JsonValueWriter<TProperty>? _writer;

        public override void Write(Utf8JsonWriter writer, T owner)
        {
            writer.WritePropertyName(Name);
            (_writer ??= (JsonValueWriter<TProperty>)writers.Get(typeof(TProperty))).Write(writer, _get(owner));
        }
    }

    /// <summary>
    /// Reads a property of a struct by reflection, because its getter takes the struct by reference. Structs in payloads are rare.
    /// </summary>
    private sealed class ReflectedMember(PropertyInfo property, JsonValueWriter<object?> valueWriter) : Member(property)
    {
        public override void Write(Utf8JsonWriter writer, T owner)
        {
            writer.WritePropertyName(Name);
            valueWriter.Write(writer, Property.GetValue(owner));
        }
    }
}
