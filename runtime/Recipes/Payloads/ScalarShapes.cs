using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>The shapes that are single values, and the views of a scan.</summary>
internal static class ScalarShapes
{
    /// <summary>A fresh table by type. Times are ISO 8601 in UTC, durations seconds, enums their names, NaN and infinities null.</summary>
    public static Dictionary<Type, object> Make()
    {
        var shapes = new Dictionary<Type, object>();
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
        return shapes;

        void Add<T>(Action<Utf8JsonWriter, T> write) => shapes.Add(typeof(T), new ActionShape<T>(write));
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

    private static void WriteQualities(Utf8JsonWriter writer, ScanQualities qualities)
    {
        writer.WriteStartObject();
        foreach (ref readonly var sample in qualities.Scan.Samples) writer.WriteString(sample.Tag.Name, sample.Quality.ToText());
        writer.WriteEndObject();
    }
}
