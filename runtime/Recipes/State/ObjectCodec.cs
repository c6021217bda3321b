using System.Reflection;
using System.Runtime.CompilerServices;

namespace PlantRuntime.Recipes.State;

/// <summary>
/// Writes an object as its fields. It reads and sets them without the constructors and properties of the type, which are code of the
/// recipe.
/// </summary>
internal sealed class ObjectCodec : StateCodec
{
    private readonly Type _type;
    private readonly (FieldInfo Field, StateCodec Codec)[] _fields;

    private ObjectCodec(Type type, string shape, (FieldInfo Field, StateCodec Codec)[] fields)
        : base(shape) => (_type, _fields) = (type, fields);

    /// <param name="type">The type.</param>
    /// <param name="codecOf">Returns the codec of a field's type, which has a name.</param>
    public static ObjectCodec Create(Type type, Func<Type, string, StateCodec> codecOf)
    {
        var fields = new List<(FieldInfo Field, StateCodec Codec)>();
        for (var declaring = type; declaring is not null && declaring != typeof(object); declaring = declaring.BaseType)
        {
            foreach (var field in declaring.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                fields.Add((field, codecOf(field.FieldType, NameOf(field))));
        }

        fields.Sort((a, b) => string.CompareOrdinal(NameOf(a.Field), NameOf(b.Field)));
        return new ObjectCodec(type, $"({string.Join(", ", fields.Select(f => $"{NameOf(f.Field)}: {f.Codec.Shape}"))})", [.. fields]);
    }

    public override void Write(StateWriter state, object? value)
    {
        foreach (var (field, codec) in _fields) codec.Write(state, field.GetValue(value));
    }

    public override object? Read(StateReader state)
    {
        var value = RuntimeHelpers.GetUninitializedObject(_type);
        foreach (var (field, codec) in _fields) field.SetValue(value, codec.Read(state));
        return value;
    }

    /// <summary>Returns the name of a field, or of the property that the compiler generated it for.</summary>
    private static string NameOf(FieldInfo field)
    {
        var end = field.Name.IndexOf('>', StringComparison.Ordinal);
        return field.Name.StartsWith('<') && end > 1 ? field.Name[1..end] : field.Name;
    }
}
