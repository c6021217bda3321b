using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>
/// The requests of one connection that wait for their response, by request id. Owned by one <see cref="SecureConnection"/>; requests are
/// added on any thread, the receive loop adds the chunks of responses and completes the calls. After <see cref="TryFail"/> it takes no
/// more. Performs no I/O.
/// </summary>
/// <param name="limits">Limits the bytes and chunks of a response.</param>
internal sealed class PendingCallTable(TransportLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, PendingCall> _calls = [];

    /// <summary>Why the connection is useless; null while it is not.</summary>
    public LinkException? Failure { get; private set; }

    /// <summary>Responses that arrived after their request was abandoned. They are counted, not used.</summary>
    public long LateResponses { get; private set; }

    /// <exception cref="LinkException">The connection is lost.</exception>
    public void Add(PendingCall call)
    {
        lock (_gate)
        {
            if (Failure is not null) throw new LinkException(Failure.Message, Failure);
            _calls[call.Id] = call;
        }
    }

    /// <summary>Takes a call out of the table, so that its response will not be used. False if it completed or completes already.</summary>
    public bool TryRemove(PendingCall call)
    {
        lock (_gate)
        {
            if (!_calls.TryGetValue(call.Id, out var known) || known != call) return false;
            _calls.Remove(call.Id);
            return true;
        }
    }

    /// <summary>Ends the table at the first failure and returns the calls that waited; false after an earlier failure.</summary>
    public bool TryFail(LinkException reason, out PendingCall[] waiting)
    {
        lock (_gate)
        {
            waiting = [];
            if (Failure is not null) return false;
            Failure = reason;
            waiting = [.. _calls.Values];
            _calls.Clear();
            return true;
        }
    }

    /// <summary>Adds a chunk to the response that it belongs to, and completes the call with the last one.</summary>
    /// <exception cref="ServerErrorException">The response is longer than the client allows.</exception>
    public void Receive(ReceivedChunk received, ReadOnlySpan<byte> body)
    {
        PendingCall? call;
        lock (_gate)
        {
            if (!_calls.TryGetValue(received.RequestId, out call))
            {
                if (received.ChunkType == 'F') LateResponses++;
                return;
            }

            if (received.ChunkType != 'A') Append(call, body);
            if (received.ChunkType == 'C') return;
            _calls.Remove(received.RequestId);
        }

        if (received.ChunkType == 'F') call.Finish();
        else call.Fail(Aborted(call, body));
    }

    /// <summary>Completes the OpenSecureChannel request with this id.</summary>
    /// <exception cref="LinkException">There is none.</exception>
    public void ReceiveOpen<TCall>(uint request, ReadOnlySpan<byte> body)
        where TCall : PendingCall
    {
        PendingCall? call;
        lock (_gate)
        {
            if (!_calls.Remove(request, out call) || call is not TCall)
                throw new LinkException("an OpenSecureChannel response that was not asked for");
        }

        call.Append(body);
        call.Finish();
    }

    private void Append(PendingCall call, ReadOnlySpan<byte> part)
    {
        if (call.Length + part.Length > limits.MessageBytes)
            throw TooLong($"a response longer than the {limits.MessageBytes} bytes allowed");
        if (call.Chunks >= limits.Chunks) throw TooLong($"a response of more than the {limits.Chunks} chunks allowed");
        call.Append(part);

        static ServerErrorException TooLong(string what) => new(new StatusCode(StatusCodes.BadResponseTooLarge), what);
    }

    private static Exception Aborted(PendingCall call, ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new UaReader(body);
            return new ServiceException(PendingCall.ServiceName(call.Request), reader.StatusCode());
        }
        catch (DecodingException e)
        {
            return e;
        }
    }
}
