using System.Globalization;
using System.Text;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Types;
using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>
/// Converts a Variant to the host's value. Pure. Numbers, Booleans and texts keep their kind; times are ISO 8601 texts; ByteStrings are
/// base64; a structure is a JSON text, of which an address can select a field.
/// </summary>
internal static class OpcUaValues
{
    private const int MostElements = 1_000_000;

    private static readonly JsonWriterOptions s_json =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Converts; arrays become arrays, matrices arrays of arrays. Allocates nothing for numbers and Booleans.</summary>
    public static Value ToValue(in Variant value) => value.IsArray ? ArrayValue(value) : value.Type switch
    {
        BuiltInType.Null => Value.Null,
        BuiltInType.Boolean => Value.Of(value.Boolean),
        BuiltInType.SByte or BuiltInType.Byte or BuiltInType.Int16 or BuiltInType.UInt16 or BuiltInType.Int32 or BuiltInType.UInt32
            or BuiltInType.Int64 => Value.Of(value.Bits),
        BuiltInType.UInt64 => Value.Of((ulong)value.Bits),
        BuiltInType.Float => Value.Of(value.Float),
        BuiltInType.Double => Value.Of(value.Double),
        BuiltInType.DateTime => Value.Of(TimeText(value.DateTime)),
        BuiltInType.StatusCode => Value.Of(value.StatusCode.ToString()),
        _ => Element(value.Content),
    };

    /// <summary>The part that an address selects: fields of structures, elements of arrays. Null if it is not there.</summary>
    public static Variant? Select(Variant value, IReadOnlyList<string> field)
    {
        foreach (var step in field)
        {
            // An element of a structure array with one element is the server's answer to an index range.
            if (step[0] != '[' && value is { IsArray: true, Content: Array { Length: 1 } single })
                value = Wrap(single.GetValue(0), value.Type);
            if (step[0] == '[')
            {
                var index = int.Parse(step.AsSpan(1, step.Length - 2), CultureInfo.InvariantCulture);
                if (!value.IsArray || index >= value.Elements.Length) return null;
                value = Wrap(value.Elements.GetValue(index), value.Type);
            }
            else if (value.Content is StructureValue structure && structure.Find(step) is { } part)
            {
                value = part;
            }
            else
            {
                return null;
            }
        }

        return value;
    }

    /// <summary>True for two arrays of one type with the same elements, bit by bit; false for types that are not compared.</summary>
    public static bool HasSameElements(Array left, Array right) => (left, right) switch
    {
        (bool[] a, bool[] b) => a.AsSpan().SequenceEqual(b),
        (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
        (sbyte[] a, sbyte[] b) => a.AsSpan().SequenceEqual(b),
        (short[] a, short[] b) => a.AsSpan().SequenceEqual(b),
        (ushort[] a, ushort[] b) => a.AsSpan().SequenceEqual(b),
        (int[] a, int[] b) => a.AsSpan().SequenceEqual(b),
        (uint[] a, uint[] b) => a.AsSpan().SequenceEqual(b),
        (long[] a, long[] b) => a.AsSpan().SequenceEqual(b),
        (ulong[] a, ulong[] b) => a.AsSpan().SequenceEqual(b),
        (float[] a, float[] b) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(a.AsSpan()).SequenceEqual(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(b.AsSpan())),
        (double[] a, double[] b) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(a.AsSpan()).SequenceEqual(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(b.AsSpan())),
        _ => false,
    };

    /// <summary>ISO 8601 in UTC.</summary>
    public static string TimeText(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static Variant Wrap(object? element, BuiltInType type) => element switch
    {
        Variant variant => variant,
        bool b => Variant.From(b),
        float f => Variant.From(f),
        double d => Variant.From(d),
        string s => Variant.From(s),
        DateTime t => Variant.From(t),
        StatusCode c => Variant.From(c),
        ulong u => Variant.Integer(type, (long)u),
        sbyte or byte or short or ushort or int or uint or long
            => Variant.Integer(type, Convert.ToInt64(element, CultureInfo.InvariantCulture)),
        _ => Variant.Object(type, element),
    };

    private static Value ArrayValue(in Variant value)
    {
        var elements = value.Elements;
        if (elements.Length > MostElements) return Value.Null;
        if (value.Content is null) return Value.Of([]);
        var all = new Value[elements.Length];
        switch (elements)
        {
            case double[] a: for (var i = 0; i < all.Length; i++) all[i] = Value.Of(a[i]); break;
            case float[] a: for (var i = 0; i < all.Length; i++) all[i] = Value.Of(a[i]); break;
            case int[] a: for (var i = 0; i < all.Length; i++) all[i] = Value.Of((long)a[i]); break;
            case short[] a: for (var i = 0; i < all.Length; i++) all[i] = Value.Of((long)a[i]); break;
            default: for (var i = 0; i < all.Length; i++) all[i] = Element(elements.GetValue(i)); break;
        }

        return value.Dimensions is { } dimensions ? Matrix(all, dimensions, 0) : Value.Of(all);
    }

    private static Value Matrix(ReadOnlySpan<Value> elements, int[] dimensions, int level)
    {
        if (level == dimensions.Length - 1) return Value.Of(elements.ToArray());
        var rows = new Value[dimensions[level]];
        var size = rows.Length == 0 ? 0 : elements.Length / rows.Length;
        for (var i = 0; i < rows.Length; i++) rows[i] = Matrix(elements.Slice(i * size, size), dimensions, level + 1);
        return Value.Of(rows);
    }

    private static Value Element(object? element) => element switch
    {
        null => Value.Null,
        bool b => Value.Of(b),
        float f => Value.Of(f),
        double d => Value.Of(d),
        ulong u => Value.Of(u),
        sbyte or byte or short or ushort or int or uint or long => Value.Of(Convert.ToInt64(element, CultureInfo.InvariantCulture)),
        string s => Value.Of(s),
        DateTime t => Value.Of(TimeText(t)),
        StatusCode c => Value.Of(c.ToString()),
        byte[] bytes => Value.Of(Convert.ToBase64String(bytes)),
        Variant v => ToValue(v),
        DataValue d => ToValue(d.Value),
        StructureValue or ExtensionObject => Value.Of(Json(element)),
        ExpandedNodeId n => Value.Of(n.NamespaceUri is null ? n.Node.ToString() : $"nsu={n.NamespaceUri};{n.Node.Identifier}"),
        DiagnosticInfo d => Value.Of(d.AdditionalInfo ?? ""),
        _ => Value.Of(element.ToString()),
    };

    private static string Json(object structure)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_json)) WriteJson(writer, structure);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteJson(Utf8JsonWriter writer, object? element)
    {
        switch (element)
        {
            case StructureValue structure:
                writer.WriteStartObject();
                foreach (var (name, field) in structure.Fields)
                {
                    writer.WritePropertyName(name);
                    WriteJson(writer, field);
                }

                writer.WriteEndObject();
                break;
            case Variant { IsArray: true } array when array.Dimensions is null:
                writer.WriteStartArray();
                foreach (var item in array.Elements) WriteJson(writer, item);
                writer.WriteEndArray();
                break;
            case Variant { Content: StructureValue nested }: WriteJson(writer, nested); break;
            case ExtensionObject raw: writer.WriteBase64StringValue(raw.Body); break;
            default: WriteJson(writer, element is Variant variant ? ToValue(variant) : Element(element)); break;
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null: writer.WriteNullValue(); break;
            case ValueKind.Bool: writer.WriteBooleanValue(value.Bool); break;
            case ValueKind.Int: writer.WriteNumberValue(value.Int); break;
            case ValueKind.UInt: writer.WriteNumberValue(value.UInt); break;
            case ValueKind.Float32 when double.IsFinite(value.Number): writer.WriteNumberValue((float)value.Number); break;
            case ValueKind.Float64 when double.IsFinite(value.Number): writer.WriteNumberValue(value.Number); break;
            case ValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.Items) WriteJson(writer, item);
                writer.WriteEndArray();
                break;
            default: writer.WriteStringValue(value.Text); break;
        }
    }
}
