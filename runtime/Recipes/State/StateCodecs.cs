using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>Creates the codec of a state of <c>Fold</c>, or says why there is none. Used while a plan is built; not thread-safe.</summary>
internal sealed class StateCodecs
{
    private const string Allowed =
        "use records of numbers, bool, text, times, Value, enums, and arrays, List, Queue, HashSet or Dictionary of these";

    private readonly HashSet<Type> _open = [];

    /// <summary>Creates a codec.</summary>
    /// <exception cref="NotSupportedException">Objects of the type cannot be stored; the message says why.</exception>
    public static StateCodec Create(Type type) => new StateCodecs().CodecOf(type, "");

    /// <summary>Returns a copy of an object that shares nothing with it which can be changed.</summary>
    public static object? Clone(StateCodec codec, object? value, PlanClock clock)
    {
        using var bytes = new MemoryStream();
        using var writer = new StateWriter(bytes, clock, now: 0);
        codec.Write(writer, value);
        writer.Flush();
        using var reader = new StateReader(bytes.ToArray(), clock, now: 0);
        return codec.Read(reader);
    }

    private StateCodec CodecOf(Type type, string path)
    {
        if (ScalarCodec.Find(type) is { } scalar) return type == typeof(string) ? new NullableCodec(scalar) : scalar;
        if (Nullable.GetUnderlyingType(type) is { } underlying) return new NullableCodec(CodecOf(underlying, path));
        if (type.IsArray && type.GetArrayRank() == 1) return Collection("Array", nameof(ArrayCodec), path, type.GetElementType()!);
        if (type.IsGenericType)
        {
            var (definition, arguments) = (type.GetGenericTypeDefinition(), type.GenericTypeArguments);
            if (definition == typeof(List<>)) return Collection("List", nameof(ListCodec), path, arguments);
            if (definition == typeof(Queue<>)) return Collection("Queue", nameof(QueueCodec), path, arguments);
            if (definition == typeof(HashSet<>)) return Collection("HashSet", nameof(SetCodec), path, arguments);
            if (definition == typeof(Dictionary<,>)) return Collection("Dictionary", nameof(DictionaryCodec), path, arguments);
        }

        if (WhyRefused(type) is { } reason)
            throw new NotSupportedException($"Fold cannot store {Describe(type)}{(path.Length > 0 ? $" ({path})" : "")}: {reason}");
        _open.Add(type);
        var codec = ObjectCodec.Create(type, (field, name) => CodecOf(field, path.Length > 0 ? $"{path}.{name}" : name));
        _open.Remove(type);
        return type.IsValueType ? codec : new NullableCodec(codec);
    }

    private string? WhyRefused(Type type)
    {
        if (type == typeof(Scan) || type == typeof(TimeGroup)) return "it is reused for the next one; copy its values";
        if (_open.Contains(type)) return "it contains itself";
        var isTuple = type.IsGenericType && type.FullName!.StartsWith("System.", StringComparison.Ordinal)
            && (type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) || type.Name.StartsWith("Tuple`", StringComparison.Ordinal));
        var isOurs = type.Assembly == typeof(StateCodecs).Assembly || type.Assembly == typeof(Value).Assembly;
        var isFramework = type.Assembly.FullName!.StartsWith("System.", StringComparison.Ordinal);
        if (!isTuple && (isOurs || isFramework)) return Allowed;
        if (type.IsAbstract || type.IsInterface || type.IsByRefLike || type.IsPointer || type.IsAssignableTo(typeof(Delegate)))
            return Allowed;
        return !type.IsSealed && type.Assembly.GetTypes().FirstOrDefault(t => t.BaseType == type) is { } derived
            ? $"{derived.Name} is derived from it, and only the type itself is stored"
            : null;
    }

    private StateCodec Collection(string name, string create, string path, params Type[] items)
    {
        // Equality of a recipe's own types is code of the recipe.
        if (name is "HashSet" or "Dictionary" && (ScalarCodec.Find(items[0]) is null || items[0] == typeof(Value)))
            throw new NotSupportedException(
                $"Fold cannot store {name} of {Describe(items[0])}{(path.Length > 0 ? $" ({path})" : "")}: use keys that are text or numbers");
        var method = typeof(StateCodecs).GetMethod(
            create, System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!;
        object[] codecs = [.. items.Select(t => CodecOf(t, path))];
        return (StateCodec)method.MakeGenericMethod(items).Invoke(null, codecs)!;
    }

    private static StateCodec ArrayCodec<T>(StateCodec item) =>
        new NullableCodec(new CollectionCodec<T>("Array", item, items => items.ToArray()));

    private static StateCodec ListCodec<T>(StateCodec item) => new NullableCodec(new CollectionCodec<T>("List", item, items => items));

    private static StateCodec QueueCodec<T>(StateCodec item) =>
        new NullableCodec(new CollectionCodec<T>("Queue", item, items => new Queue<T>(items)));

    private static StateCodec SetCodec<T>(StateCodec item) =>
        new NullableCodec(new CollectionCodec<T>("HashSet", item, items => new HashSet<T>(items)));

    private static StateCodec DictionaryCodec<TKey, TValue>(StateCodec key, StateCodec value)
        where TKey : notnull
    {
        var pair = ObjectCodec.Create(typeof(KeyValuePair<TKey, TValue>), (_, name) => name == "key" ? key : value);
        return new NullableCodec(
            new CollectionCodec<KeyValuePair<TKey, TValue>>("Dictionary", pair, items => new Dictionary<TKey, TValue>(items)));
    }

    private static string Describe(Type type) => type.Name.Split('`')[0];
}
