using System.Text.Json;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>Writes a sequence as a JSON array. Null is written as null.</summary>
internal sealed class ArrayWriter<TSequence, T>(JsonValueWriters writers) : JsonValueWriter<TSequence>
    where TSequence : IEnumerable<T>
{
    private readonly JsonValueWriter<T> _item = (JsonValueWriter<T>)writers.Get(typeof(T));

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

/// <summary>Writes a dictionary with string keys as a JSON object.</summary>
internal sealed class DictionaryWriter<TMap, T>(JsonValueWriters writers) : JsonValueWriter<TMap>
    where TMap : IEnumerable<KeyValuePair<string, T>>
{
    private readonly JsonValueWriter<T> _item = (JsonValueWriter<T>)writers.Get(typeof(T));

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

/// <summary>Writes a nullable value type as the value or null.</summary>
internal sealed class NullableWriter<T>(JsonValueWriters writers) : JsonValueWriter<T?>
    where T : struct
{
    private readonly JsonValueWriter<T> _item = (JsonValueWriter<T>)writers.Get(typeof(T));

    public override void Write(Utf8JsonWriter writer, T? value)
    {
        if (value is { } item) _item.Write(writer, item);
        else writer.WriteNullValue();
    }
}

/// <summary>Writes an object by its run-time type.</summary>
internal sealed class RuntimeTypeWriter(JsonValueWriters writers) : JsonValueWriter<object?>
{
    public override void Write(Utf8JsonWriter writer, object? value)
    {
        if (value is null) writer.WriteNullValue();
        else if (value.GetType() is var type && type == typeof(object)) writer.WriteStringValue(value.ToString());
        else writers.GetBoxed(type).Write(writer, value);
    }
}

/// <summary>Writes a boxed value.</summary>
internal sealed class BoxedWriter<T>(JsonValueWriter<T> valueWriter) : JsonValueWriter<object>
{
    public override void Write(Utf8JsonWriter writer, object value) => valueWriter.Write(writer, (T)value);
}
