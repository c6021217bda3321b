namespace PlantRuntime.Wire;

/// <summary>
/// Decides the order in which the requests of a scan are sent after a scan that did not receive all replies in time, so that every request
/// has its turn: requests that there was no time for come first, the one that has waited longest before the others; a request that the
/// device leaves unanswered comes last, and is sent first after ever more scans, in case it is only the request after another reply that
/// the device ignores. A reader owns it and calls it within its exchange, one call at a time; not thread-safe; performs no I/O. In a steady
/// scan it allocates nothing.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class PollingOrder(TimeProvider time)
{
    private const int MaxPostponement = 64;

    // A request is unanswered and not just late if it waited longer than this multiple of the slowest reply.
    private const int FairWaits = 2;

    private long _exchange;
    private long _slowest;
    private bool _isAnySent;

    /// <summary>Begins an exchange.</summary>
    public void Begin(ReadOnlySpan<PolledRequest> requests)
    {
        _exchange++;
        _isAnySent = false;
        foreach (var request in requests) request.IsAnswered = request.IsSent = request.IsUnanswerable = false;
    }

    /// <summary>Records that these requests are sent together now.</summary>
    public void Sent(ReadOnlySpan<PolledRequest> requests)
    {
        var now = time.GetTimestamp();
        foreach (var request in requests)
        {
            (request.SentAt, request.IsSent, request.IsFirst) = (now, true, !_isAnySent);
            _isAnySent = true;
        }
    }

    /// <summary>Records the reply to a request.</summary>
    public void Answered(PolledRequest request)
    {
        var wait = time.GetTimestamp() - request.SentAt;
        if (wait > _slowest) _slowest = wait;
        (request.IsAnswered, request.AnsweredIn, request.Silences, request.PostponedFor) = (true, _exchange, 0, 0);
    }

    /// <summary>
    /// Records that the connection was lost: the requests that were in flight may be the cause and are sent after the others for some time.
    /// </summary>
    public static void Postpone(ReadOnlySpan<PolledRequest> requests)
    {
        foreach (var request in requests)
        {
            if (request is { IsSent: true, IsAnswered: false }) Postpone(request);
        }
    }

    /// <summary>Ends an exchange that did not receive all replies, and returns its requests in the order of the next one.</summary>
    public TRequest[] NextOrder<TRequest>(IReadOnlyList<TRequest> requests)
        where TRequest : PolledRequest
    {
        var now = time.GetTimestamp();
        var keys = new (int Class, long AnsweredIn, int Index)[requests.Count];
        for (var i = 0; i < keys.Length; i++) keys[i] = (Classify(requests[i], now), requests[i].AnsweredIn, i);

        // The replies of this exchange say how slow the line is now, those of long ago do not.
        _slowest = 0;
        var order = Enumerable.Range(0, keys.Length).OrderBy(i => keys[i]).ToArray();
        return [.. order.Select(i => requests[i])];
    }

    // Returns 0 for a request that is sent first, 1 for one that was answered, 2 for one that is sent last.
    private int Classify(PolledRequest request, long now)
    {
        if (request.IsAnswered) return 1;
        if (request.PostponedFor > 0) request.PostponedFor--;
        var isFair = request.IsSent && (request.IsFirst || now - request.SentAt >= FairWaits * _slowest);
        if (isFair && request.IsFirst)
        {
            request.IsUnanswerable = true;
            Postpone(request);
        }

        return request.PostponedFor > 0 ? 2 : 0;
    }

    private static void Postpone(PolledRequest request) =>
        request.PostponedFor = Math.Min(MaxPostponement, 1 << Math.Min(++request.Silences, 30));
}
