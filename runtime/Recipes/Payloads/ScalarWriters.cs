using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>
/// Creates the writers of scalar types and of the values and qualities of a scan. <see cref="JsonValueWriters"/> calls it once for each
/// plan. The writers have no state.
/// </summary>
internal static class ScalarWriters
{
    /// <summary>
    /// Creates a table by type. Times are ISO 8601 with the offset that they have, Z for UTC; durations are seconds; NaN and infinities are
    /// null.
    /// </summary>
    public static Dictionary<Type, object> Create()
    {
        var writers = new Dictionary<Type, object>();
        Add<bool>((w, v) => w.WriteBooleanValue(v));
        Add<byte>((w, v) => w.WriteNumberValue(v));
        Add<sbyte>((w, v) => w.WriteNumberValue(v));
        Add<short>((w, v) => w.WriteNumberValue(v));
        Add<ushort>((w, v) => w.WriteNumberValue(v));
        Add<int>((w, v) => w.WriteNumberValue(v));
        Add<uint>((w, v) => w.WriteNumberValue(v));
        Add<long>((w, v) => w.WriteNumberValue(v));
        Add<ulong>((w, v) => w.WriteNumberValue(v));
        Add<decimal>((w, v) => w.WriteNumberValue(v));
        Add<float>((w, v) => RecordJson.WriteValue(w, v));
        Add<double>((w, v) => RecordJson.WriteValue(w, v));
        Add<string?>((w, v) => w.WriteStringValue(v));
        Add<char>((w, v) => w.WriteStringValue([v]));
        Add<Guid>((w, v) => w.WriteStringValue(v));
        Add<DateTime>((w, v) => w.WriteStringValue(v));
        Add<DateTimeOffset>((w, v) => w.WriteStringValue(v));
        Add<TimeSpan>((w, v) => w.WriteNumberValue(v.TotalSeconds));
        Add<Value>(RecordJson.WriteValue);
        Add<Quality>((w, v) => w.WriteStringValue(v.ToText()));
        Add<JsonElement>((w, v) => v.WriteTo(w));
        Add<JsonNode?>(WriteNode);
        Add<ScanValues>(WriteValues);
        Add<ScanQualities>(WriteQualities);
        Add<ScanMeasurements>(WriteMeasurements);
        return writers;

        void Add<T>(Action<Utf8JsonWriter, T> write) => writers.Add(typeof(T), new DelegateWriter<T>(write));
    }

    private static void WriteNode(Utf8JsonWriter writer, JsonNode? node)
    {
        if (node is null) writer.WriteNullValue();
        else node.WriteTo(writer);
    }

    private static void WriteValues(Utf8JsonWriter writer, ScanValues values)
    {
        writer.WriteStartObject();
        foreach (ref readonly var sample in values.Scan.Samples)
        {
            writer.WritePropertyName(sample.Tag.Name);
            RecordJson.WriteValue(writer, sample.Value);
        }

        writer.WriteEndObject();
    }

    private static void WriteMeasurements(Utf8JsonWriter writer, ScanMeasurements measurements)
    {
        writer.WriteStartObject();
        foreach (ref readonly var sample in measurements.Scan.Samples)
        {
            writer.WriteStartObject(sample.Tag.Name);
            writer.WritePropertyName("value"u8);
            RecordJson.WriteValue(writer, sample.Value);
            writer.WriteString("unit"u8, sample.Tag.Unit);
            writer.WriteString("quality"u8, sample.Quality.ToText());
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteQualities(Utf8JsonWriter writer, ScanQualities qualities)
    {
        writer.WriteStartObject();
        foreach (ref readonly var sample in qualities.Scan.Samples) writer.WriteString(sample.Tag.Name, sample.Quality.ToText());
        writer.WriteEndObject();
    }
}

/// <summary>Writes a value of a scalar type by calling a delegate.</summary>
internal sealed class DelegateWriter<T>(Action<Utf8JsonWriter, T> write) : JsonValueWriter<T>
{
    public override void Write(Utf8JsonWriter writer, T value) => write(writer, value);
}
