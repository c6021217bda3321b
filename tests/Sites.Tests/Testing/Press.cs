using System.Buffers.Binary;
using System.Text.Json;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>What data block 500 of the press holds.</summary>
internal sealed record Press(bool Ligada, bool Boas, bool Ruins, float Corrente, float Vibracao, short Bom, short Ruim)
{
    /// <summary>DBX0.0 to 0.2, REALs at 2 and 6, INTs at 10 and 12.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[14];
        bytes[0] = (byte)((Ligada ? 1 : 0) | (Boas ? 2 : 0) | (Ruins ? 4 : 0));
        BinaryPrimitives.WriteSingleBigEndian(bytes.AsSpan(2), Corrente);
        BinaryPrimitives.WriteSingleBigEndian(bytes.AsSpan(6), Vibracao);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(10), Bom);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(12), Ruim);
        return bytes;
    }

    /// <summary>What a payload says that it holds; a vibration that is null is NaN.</summary>
    public static Press Of(JsonElement values) => new(
        values.GetProperty("maquina_ligada").GetBoolean(),
        values.GetProperty("pecas_boas").GetBoolean(), values.GetProperty("pecas_ruins").GetBoolean(),
        values.GetProperty("AI_Corrente").GetSingle(),
        values.GetProperty("AI_Vibracao") is { ValueKind: not JsonValueKind.Null } vibration ? vibration.GetSingle() : float.NaN,
        values.GetProperty("contador_bom").GetInt16(), values.GetProperty("contador_ruim").GetInt16());
}
