using System.Text.Json;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>A sequence: a JSON array.</summary>
internal sealed class ArrayShape<TSequence, T>(JsonShapes shapes) : JsonShape<TSequence>
    where TSequence : IEnumerable<T>
{
    private readonly JsonShape<T> _item = (JsonShape<T>)shapes.Of(typeof(T));

    public override void Write(Utf8JsonWriter writer, TSequence value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var item in value) _item.Write(writer, item);
        writer.WriteEndArray();
    }
}

/// <summary>A dictionary with text keys: a JSON object.</summary>
internal sealed class MapShape<TMap, T>(JsonShapes shapes) : JsonShape<TMap>
    where TMap : IEnumerable<KeyValuePair<string, T>>
{
    private readonly JsonShape<T> _item = (JsonShape<T>)shapes.Of(typeof(T));

    public override void Write(Utf8JsonWriter writer, TMap value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        foreach (var (key, item) in value)
        {
            writer.WritePropertyName(key);
            _item.Write(writer, item);
        }

        writer.WriteEndObject();
    }
}

/// <summary>A value that may be missing: the value or null.</summary>
internal sealed class NullableShape<T>(JsonShapes shapes) : JsonShape<T?>
    where T : struct
{
    private readonly JsonShape<T> _item = (JsonShape<T>)shapes.Of(typeof(T));

    public override void Write(Utf8JsonWriter writer, T? value)
    {
        if (value is { } item) _item.Write(writer, item);
        else writer.WriteNullValue();
    }
}

/// <summary>Something whose type only shows when it is there.</summary>
internal sealed class AnyShape(JsonShapes shapes) : JsonShape<object?>
{
    public override void Write(Utf8JsonWriter writer, object? value)
    {
        if (value is null) writer.WriteNullValue();
        else if (value.GetType() is var type && type == typeof(object)) writer.WriteStringValue(value.ToString());
        else shapes.Boxed(type).Write(writer, value);
    }
}

/// <summary>A shape behind a box.</summary>
internal sealed class BoxedShape<T>(JsonShape<T> shape) : JsonShape<object>
{
    public override void Write(Utf8JsonWriter writer, object value) => shape.Write(writer, (T)value);
}
