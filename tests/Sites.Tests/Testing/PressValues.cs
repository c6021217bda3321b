using System.Buffers.Binary;
using System.Text.Json;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>The content of the data block of the press.</summary>
internal sealed record PressValues(bool Ligada, bool Boas, bool Ruim, float Corrente, float Vibracao, short Bom, short Ruins)
{
    /// <summary>Bad, good and on at DBX0.0 to 0.2, REALs at 2 and 6, INTs at 10 and 12.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[14];
        bytes[0] = (byte)((Ruim ? 1 : 0) | (Boas ? 2 : 0) | (Ligada ? 4 : 0));
        BinaryPrimitives.WriteSingleBigEndian(bytes.AsSpan(2), Corrente);
        BinaryPrimitives.WriteSingleBigEndian(bytes.AsSpan(6), Vibracao);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(10), Bom);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(12), Ruins);
        return bytes;
    }

    /// <summary>Parses the values of a payload; a vibration of null becomes NaN.</summary>
    public static PressValues From(JsonElement values) => new(
        values.GetProperty("maquina_ligada").GetBoolean(),
        values.GetProperty("pecas_boas").GetBoolean(), values.GetProperty("pecas_ruim").GetBoolean(),
        values.GetProperty("AI_Corrente").GetSingle(),
        values.GetProperty("AI_Vibracao") is { ValueKind: not JsonValueKind.Null } vibration ? vibration.GetSingle() : float.NaN,
        values.GetProperty("contador_bom").GetInt16(), values.GetProperty("contador_ruim").GetInt16());
}
