using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>An object with properties, anonymous ones above all: a JSON object with the same names.</summary>
internal sealed class ObjectShape<T> : JsonShape<T>
{
    private readonly Member[] _members;

    public ObjectShape(JsonShapes shapes) => _members =
    [
        .. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetMethod is not null && p.GetIndexParameters().Length == 0)
            .Select(p => MakeMember(p, shapes)),
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

    private static Member MakeMember(PropertyInfo property, JsonShapes shapes)
    {
        var kind = typeof(T).IsValueType ? typeof(ReflectedMember) : typeof(Member<>).MakeGenericType(typeof(T), property.PropertyType);
        return kind == typeof(ReflectedMember)
            ? new ReflectedMember(property, (JsonShape<object?>)shapes.Of(typeof(object)))
            : (Member)Activator.CreateInstance(kind, property, shapes)!;
    }

    private abstract class Member(PropertyInfo property)
    {
        protected PropertyInfo Property { get; } = property;

        protected JsonEncodedText Name { get; } = JsonEncodedText.Encode(property.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

        public abstract void Write(Utf8JsonWriter writer, T owner);
    }

    private sealed class Member<TProperty>(PropertyInfo property, JsonShapes shapes) : Member(property)
    {
        private readonly Func<T, TProperty> _get = property.GetMethod!.CreateDelegate<Func<T, TProperty>>();

        // Resolved at the first use, so that a type may contain itself.
        private JsonShape<TProperty>? _shape;

        public override void Write(Utf8JsonWriter writer, T owner)
        {
            writer.WritePropertyName(Name);
            (_shape ??= (JsonShape<TProperty>)shapes.Of(typeof(TProperty))).Write(writer, _get(owner));
        }
    }

    /// <summary>A getter of a struct takes its owner by reference, which no plain delegate does; structs in payloads are rare.</summary>
    private sealed class ReflectedMember(PropertyInfo property, JsonShape<object?> shape) : Member(property)
    {
        public override void Write(Utf8JsonWriter writer, T owner)
        {
            writer.WritePropertyName(Name);
            shape.Write(writer, Property.GetValue(owner));
        }
    }
}
