namespace PlantRuntime.Plugins.OpcUa.Wire.Services;

/// <summary>A service request; the session writes the request header before its fields (OPC 10000-4, 7.32).</summary>
internal abstract class ServiceRequest
{
    /// <summary>The DefaultBinary encoding id of the request.</summary>
    public abstract uint EncodingId { get; }

    /// <summary>The encoding id of the response that belongs to it.</summary>
    public abstract uint ResponseId { get; }

    /// <summary>Writes the fields behind the request header.</summary>
    public abstract void Encode(UaWriter writer);
}

/// <summary>The header of each request (OPC 10000-4, 7.32).</summary>
internal static class RequestHeader
{
    public static void Write(UaWriter writer, NodeId authenticationToken, DateTime now, uint handle, uint timeoutHint)
    {
        writer.NodeId(authenticationToken);
        writer.DateTime(now);
        writer.UInt32(handle);
        writer.UInt32(0);
        writer.String(null);
        writer.UInt32(timeoutHint);
        writer.NoExtensionObject();
    }
}

/// <summary>The header of each response (OPC 10000-4, 7.33).</summary>
internal readonly record struct ResponseHeader(DateTime Timestamp, uint Handle, StatusCode Result)
{
    public static ResponseHeader Read(ref UaReader reader)
    {
        var time = reader.DateTime();
        var handle = reader.UInt32();
        var result = reader.StatusCode();
        _ = reader.DiagnosticInfo();
        for (var count = reader.ArrayLength(4); count > 0; count--) reader.SkipString();
        reader.ExtensionBody(out _);
        return new ResponseHeader(time, handle, result);
    }
}

/// <summary>A server refused a whole request; the connection is good (OPC 10000-4, 7.34, ServiceFault).</summary>
internal sealed class ServiceException(string service, StatusCode status) : Exception($"{service}: {status}")
{
    public StatusCode Status { get; } = status;
}
