using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>
/// Creates and keeps the writers of one plan, by type; each record list of a test has its own. Plans share no writers, so that the types of
/// a recipe can be unloaded. Not thread-safe.
/// </summary>
internal sealed class JsonValueWriters
{
    private readonly Dictionary<Type, object> _writers = ScalarWriters.Create();
    private readonly Dictionary<Type, JsonValueWriter<object>> _boxed = [];

    /// <summary>Returns the <see cref="JsonValueWriter{T}"/> of a type.</summary>
    public object Get(Type type)
    {
        if (_writers.TryGetValue(type, out var known)) return known;
        var writer = Create(type);

        // A type can contain itself, so creating its writer can add it already; the first one is kept.
        return _writers.TryAdd(type, writer) ? writer : _writers[type];
    }

    /// <summary>Returns the writer for boxed values of a type.</summary>
    public JsonValueWriter<object> GetBoxed(Type type)
    {
        if (_boxed.TryGetValue(type, out var known)) return known;
        return _boxed[type] = (JsonValueWriter<object>)Activator.CreateInstance(typeof(BoxedWriter<>).MakeGenericType(type), Get(type))!;
    }

    /// <summary>True if values of a type are JSON objects, as a payload must be.</summary>
    public bool IsObject(Type type)
    {
        if (type == typeof(object) || type == typeof(JsonElement) || type.IsAssignableTo(typeof(JsonNode))) return true;
        if (type == typeof(ScanValues) || type == typeof(ScanQualities) || type == typeof(ScanMeasurements)) return true;
        return Get(type).GetType() is { IsGenericType: true } writer
            && writer.GetGenericTypeDefinition() is var definition
            && (definition == typeof(ObjectWriter<>) || definition == typeof(DictionaryWriter<,>));
    }

    private object Create(Type type)
    {
        if (type == typeof(object)) return new RuntimeTypeWriter(this);
        if (type.IsAssignableTo(typeof(JsonNode))) return Create(typeof(NodeWriter<>), type);
        if (type.IsEnum) return Create(typeof(EnumWriter<>), type);
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Create(typeof(NullableWriter<>), underlying);
        if (type.IsAssignableTo(typeof(Delegate)) || type.IsPointer || type.IsByRefLike || type.IsAssignableTo(typeof(Task)))
            throw new NotSupportedException($"a payload cannot hold a {type.Name}");
        if (ItemOf(type) is { } item)
        {
            return item.IsGenericType && item.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
                && item.GenericTypeArguments[0] == typeof(string)
                ? Create(typeof(DictionaryWriter<,>), type, item.GenericTypeArguments[1])
                : Create(typeof(ArrayWriter<,>), type, item);
        }

        return Create(typeof(ObjectWriter<>), type);
    }

    private object Create(Type valueWriter, params Type[] arguments)
    {
        var closed = valueWriter.MakeGenericType(arguments);
        return closed.GetConstructor([typeof(JsonValueWriters)]) is not null ? Activator.CreateInstance(closed, this)!
            : Activator.CreateInstance(closed)!;
    }

    /// <summary>Returns the item type of a sequence; null for other types.</summary>
    private static Type? ItemOf(Type type) =>
        type.GetInterfaces().Append(type)
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(i => i.GenericTypeArguments[0])
            .FirstOrDefault();

    private sealed class NodeWriter<T> : JsonValueWriter<T>
        where T : JsonNode
    {
        public override void Write(Utf8JsonWriter writer, T value)
        {
            if (value is null) writer.WriteNullValue();
            else value.WriteTo(writer);
        }
    }

    private sealed class EnumWriter<T> : JsonValueWriter<T>
        where T : struct, Enum
    {
        public override void Write(Utf8JsonWriter writer, T value) => writer.WriteStringValue(value.ToString());
    }
}
