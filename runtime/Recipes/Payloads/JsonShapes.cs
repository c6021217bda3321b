using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>The shapes of one plan, by type. Not shared between plans: types of a recipe must die with it.</summary>
internal sealed class JsonShapes
{
    private readonly Dictionary<Type, object> _shapes = ScalarShapes.Make();
    private readonly Dictionary<Type, JsonShape<object>> _boxed = [];

    /// <summary>The <see cref="JsonShape{T}"/> of a type.</summary>
    public object Of(Type type)
    {
        if (_shapes.TryGetValue(type, out var known)) return known;
        var shape = Make(type);

        // An object's shape looks up its members only when it writes, so it may already be needed again: the first one stays.
        return _shapes.TryAdd(type, shape) ? shape : _shapes[type];
    }

    /// <summary>The same for a value in a box.</summary>
    public JsonShape<object> Boxed(Type type)
    {
        if (_boxed.TryGetValue(type, out var known)) return known;
        return _boxed[type] = (JsonShape<object>)Activator.CreateInstance(typeof(BoxedShape<>).MakeGenericType(type), Of(type))!;
    }

    /// <summary>True when values of a type are JSON objects, as a payload must be.</summary>
    public bool IsObject(Type type)
    {
        if (type == typeof(object) || type == typeof(JsonElement) || type.IsAssignableTo(typeof(JsonNode))) return true;
        return Of(type).GetType() is var shape && (type == typeof(ScanValues) || type == typeof(ScanQualities)
            || (shape.IsGenericType && (shape.GetGenericTypeDefinition() == typeof(ObjectShape<>) || shape.GetGenericTypeDefinition() == typeof(MapShape<,>))));
    }

    private object Make(Type type)
    {
        if (type == typeof(object)) return new AnyShape(this);
        if (type.IsAssignableTo(typeof(JsonNode))) return Create(typeof(NodeShape<>), type);
        if (type.IsEnum) return Create(typeof(NameShape<>), type);
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Create(typeof(NullableShape<>), underlying);
        if (type.IsAssignableTo(typeof(Delegate)) || type.IsPointer || type.IsByRefLike || type.IsAssignableTo(typeof(Task)))
            throw new NotSupportedException($"a payload cannot hold a {type.Name}");
        if (ItemOf(type) is { } item)
        {
            return item.IsGenericType && item.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) && item.GenericTypeArguments[0] == typeof(string)
                ? Create(typeof(MapShape<,>), type, item.GenericTypeArguments[1])
                : Create(typeof(ArrayShape<,>), type, item);
        }

        return Create(typeof(ObjectShape<>), type);
    }

    private object Create(Type shape, params Type[] arguments)
    {
        var closed = shape.MakeGenericType(arguments);
        return closed.GetConstructor([typeof(JsonShapes)]) is not null ? Activator.CreateInstance(closed, this)! : Activator.CreateInstance(closed)!;
    }

    /// <summary>What a sequence holds, or null when it is none.</summary>
    private static Type? ItemOf(Type type) =>
        type.GetInterfaces().Append(type)
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(i => i.GenericTypeArguments[0])
            .FirstOrDefault();

    private sealed class NodeShape<T> : JsonShape<T>
        where T : JsonNode
    {
        public override void Write(Utf8JsonWriter writer, T value)
        {
            if (value is null) writer.WriteNullValue();
            else value.WriteTo(writer);
        }
    }

    private sealed class NameShape<T> : JsonShape<T>
        where T : struct, Enum
    {
        public override void Write(Utf8JsonWriter writer, T value) => writer.WriteStringValue(value.ToString());
    }
}
