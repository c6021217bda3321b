using System.Reflection;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>
/// Describes service messages for a trace: service, request handle, result. Hides the session's token, which every request carries, all
/// nonces, from which keys are derived, and everything that logs a user in. Pure.
/// </summary>
internal static class UaMessageText
{
    private static readonly Dictionary<uint, string> s_services = typeof(Ids).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(f => f.Name.EndsWith("Request", StringComparison.Ordinal) || f.Name.EndsWith("Response", StringComparison.Ordinal)
            || f.Name == nameof(Ids.ServiceFault))
        .ToDictionary(f => (uint)f.GetRawConstantValue()!, f => f.Name);

    /// <summary>Describes the body of a message, without chunk headers, before encryption.</summary>
    public static string OfService(WireMessage message)
    {
        var reader = new UaReader(message.Bytes);
        var type = reader.NodeId();
        var name = s_services.GetValueOrDefault(type.Numeric, $"message {type}");
        return message.IsSent ? Request(message, ref reader, type.Numeric, name) : Response(message, ref reader, type.Numeric, name);
    }

    /// <summary>Describes a message of the transport below secure channels: Hello, Acknowledge, Error.</summary>
    public static string OfTransport(WireMessage message)
    {
        var chunk = message.Bytes;
        var reader = new UaReader(chunk[8..]);
        switch (chunk[0])
        {
            case (byte)'H':
                message.Asks(-1);
                reader.Skip(20);
                return $"Hello, {reader.String()}";
            case (byte)'A':
                message.Answers(-1);
                reader.Skip(4);
                return $"Acknowledge, receives chunks of {reader.UInt32()} bytes, sends {reader.UInt32()}";
            case (byte)'E':
                message.Answers(-1);
                return $"Error, {reader.StatusCode()}, {reader.String()}";
            default: throw new FormatException("a chunk that cannot be decrypted or is out of order");
        }
    }

    private static string Request(WireMessage message, ref UaReader reader, uint type, string name)
    {
        var start = reader.Position;
        reader.NodeId();
        message.Hide(start, reader.Position - start);
        reader.DateTime();
        var handle = reader.UInt32();
        if (type != Ids.CloseSecureChannelRequest) message.Asks(handle);
        reader.UInt32();
        reader.SkipString();
        reader.UInt32();
        reader.ExtensionBody(out _);
        switch (type)
        {
            case Ids.OpenSecureChannelRequest:
                reader.Skip(12);
                HideBytes(message, ref reader);
                return $"{name}, request {handle}, nonce hidden";
            case Ids.CreateSessionRequest:
                reader.SkipString();
                reader.SkipString();
                reader.LocalizedText();
                reader.Int32();
                reader.SkipString();
                reader.SkipString();
                for (var count = reader.ArrayLength(4); count > 0; count--) reader.SkipString();
                reader.SkipString();
                reader.SkipString();
                reader.SkipString();
                HideBytes(message, ref reader);
                return $"{name}, request {handle}, nonce hidden";
            case Ids.ActivateSessionRequest:
                message.Hide(reader.Position, message.Length);
                return $"{name}, request {handle}, signature and user hidden";
            default: return $"{name}, request {handle}";
        }
    }

    private static string Response(WireMessage message, ref UaReader reader, uint type, string name)
    {
        var header = ResponseHeader.Read(ref reader);
        var request = message.Answers(header.Handle);
        var result = header.Result.IsBad ? $": {header.Result}" : "";
        var hidden = "";
        if (!header.Result.IsBad && type is Ids.OpenSecureChannelResponse or Ids.CreateSessionResponse or Ids.ActivateSessionResponse)
        {
            if (type == Ids.OpenSecureChannelResponse) reader.Skip(24);
            if (type == Ids.CreateSessionResponse)
            {
                reader.NodeId();
                var start = reader.Position;
                reader.NodeId();
                message.Hide(start, reader.Position - start);
                reader.Double();
            }

            HideBytes(message, ref reader);
            hidden = type == Ids.CreateSessionResponse ? ", token and nonce hidden" : ", nonce hidden";
        }

        return $"{name}, reply to request {header.Handle}{(request is null ? ", which was not traced" : "")}{result}{hidden}";
    }

    private static void HideBytes(WireMessage message, ref UaReader reader)
    {
        var start = reader.Position + 4;
        var length = reader.Bytes().Length;
        message.Hide(start, length);
    }
}
