using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using NATS.Client.Core;

namespace PlantRuntime.Plugins.Nats.Publishing;

/// <summary>
/// JetStream's answer to a published message: <c>{"stream":"PLANT","seq":7}</c>, or <c>{"error":{"code":400,"err_code":10054,
/// "description":"…"}}</c> (nats-server, JSPubAckResponse). Immutable.
/// </summary>
/// <param name="IsStored">True if the message is stored, or was stored before.</param>
/// <param name="Code">Class of the error, as in HTTP; 0 if the answer is not understood.</param>
/// <param name="ErrorCode">Number of the error.</param>
/// <param name="Description">Text of the error.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PublishAck(bool IsStored, int Code = 0, int ErrorCode = 0, string? Description = null);

/// <summary>Parses <see cref="PublishAck"/>. Stateless; pure.</summary>
internal sealed class PublishAckReader : INatsDeserialize<PublishAck>
{
    public PublishAck Deserialize(in ReadOnlySequence<byte> buffer)
    {
        var json = new Utf8JsonReader(buffer);
        try
        {
            var isStored = false;
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1) continue;
                if (json.ValueTextEquals("error"u8)) return ReadError(ref json);
                if (json.ValueTextEquals("seq"u8)) isStored = json.Read() && json.TokenType == JsonTokenType.Number;
            }

            return new PublishAck(isStored, Description: isStored ? null : "the answer names no sequence");
        }
        catch (JsonException e)
        {
            return new PublishAck(false, Description: $"the answer is not JSON: {e.Message}");
        }
    }

    private static PublishAck ReadError(ref Utf8JsonReader json)
    {
        var (code, number, text) = (0, 0, "no reason");
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.TokenType != JsonTokenType.PropertyName) continue;
            if (json.ValueTextEquals("code"u8) && json.Read()) json.TryGetInt32(out code);
            else if (json.ValueTextEquals("err_code"u8) && json.Read()) json.TryGetInt32(out number);
            else if (json.ValueTextEquals("description"u8) && json.Read()) text = json.GetString() ?? text;
        }

        return new PublishAck(false, code, number, text);
    }
}
