using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>
/// Reports the messages of one <see cref="SecureConnection"/> to the trace of its device: service messages before encryption, without the
/// headers of their chunks, and the transport's own messages as they are. Thread-safe as far as its callers are: one sends, one receives.
/// </summary>
internal sealed class ChannelTrace(WireTrace trace)
{
    private readonly WireRecorder _transport = trace.CreateRecorder(UaMessageText.OfTransport);
    private readonly WireRecorder _services = trace.CreateRecorder(UaMessageText.OfService);
    private readonly WireRecorder _parts = trace.CreateRecorder(static _ => "further part of a response");
    private bool _isContinued;

    /// <summary>Reports a message of the transport, or bytes that are no message.</summary>
    public void RecordTransport(bool isSent, ReadOnlySpan<byte> chunk, string? damage) => _transport.Record(isSent, chunk, damage);

    /// <summary>Reports what no service message is: damaged chunks, and Error.</summary>
    public void RecordBeside(bool isSent, ReadOnlySpan<byte> chunk, string? damage)
    {
        if (damage is not null || ChunkHeader.Kind(chunk) == MessageKind.Error) _transport.Record(isSent, chunk, damage);
    }

    /// <summary>Reports a request.</summary>
    public void RecordRequest(ReadOnlySpan<byte> body) => _services.Record(true, body, null);

    /// <summary>
    /// Reports a chunk of a response: F for its last or only one, C for one that others follow, A for an aborted response.
    /// </summary>
    public void RecordResponse(ReadOnlySpan<byte> body, char chunkType)
    {
        if (chunkType == 'A') _parts.Record(false, body, "the server aborts the response");
        else (_isContinued ? _parts : _services).Record(false, body, null);
        _isContinued = chunkType == 'C';
    }
}
