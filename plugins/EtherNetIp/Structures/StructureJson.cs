using System.Buffers;
using System.Text;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.EtherNetIp.Structures;

/// <summary>Writes a structure's bytes as JSON: members as properties in their order, arrays as arrays, texts as strings. Pure.</summary>
internal static class StructureJson
{
    /// <summary>The JSON text; null when a member's bytes are missing.</summary>
    public static string? Write(Structure structure, ReadOnlySpan<byte> bytes)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 64,
        });
        if (!TryWrite(json, structure, bytes)) return null;
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static bool TryWrite(Utf8JsonWriter json, Structure structure, ReadOnlySpan<byte> bytes)
    {
        if (structure.TextCapacity > 0)
        {
            // A length that no text has is shown as null: the other members are still of use.
            json.WriteStringValue(EtherNetIpTexts.Read(bytes, structure.TextCapacity));
            return true;
        }

        json.WriteStartObject();
        foreach (var member in structure.Members)
        {
            if (member.IsHidden) continue;
            json.WritePropertyName(member.Name);
            if (member.Offset > bytes.Length || !TryWrite(json, member, bytes[member.Offset..])) return false;
        }

        json.WriteEndObject();
        return true;
    }

    private static bool TryWrite(Utf8JsonWriter json, StructureMember member, ReadOnlySpan<byte> bytes)
    {
        if (member.Bit >= 0)
        {
            if (!EtherNetIpValues.TryReadBit(bytes, member.Bit, out var bit)) return false;
            json.WriteBooleanValue(bit.Bool);
            return true;
        }

        if (member.Count == 0) return TryWriteElement(json, member, bytes);
        if (bytes.Length / member.Count < member.ElementBytes) return false;
        json.WriteStartArray();
        for (var i = 0; i < (member.IsBoolArray ? member.Count * 32 : member.Count); i++)
        {
            if (!member.IsBoolArray)
            {
                if (!TryWriteElement(json, member, bytes[(i * member.ElementBytes)..])) return false;
            }
            else if (EtherNetIpValues.TryReadBit(bytes, i, out var bit))
            {
                json.WriteBooleanValue(bit.Bool);
            }
        }

        json.WriteEndArray();
        return true;
    }

    private static bool TryWriteElement(Utf8JsonWriter json, StructureMember member, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < member.ElementBytes) return false;
        if (member.Structure is { } structure) return TryWrite(json, structure, bytes[..structure.Bytes]);
        if (!EtherNetIpValues.TryRead(member.Type, bytes, out var value)) json.WriteNullValue();
        else WriteNumber(json, value);
        return true;
    }

    private static void WriteNumber(Utf8JsonWriter json, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Bool: json.WriteBooleanValue(value.Bool); break;
            case ValueKind.Int: json.WriteNumberValue(value.Int); break;
            case ValueKind.UInt: json.WriteNumberValue(value.UInt); break;
            case ValueKind.Float32 when float.IsFinite((float)value.Number): json.WriteNumberValue((float)value.Number); break;
            case ValueKind.Float64 when double.IsFinite(value.Number): json.WriteNumberValue(value.Number); break;
            default: json.WriteNullValue(); break;
        }
    }
}
