namespace PlantRuntime.Wire;

/// <summary>
/// Prepares requests that belong together and handles their replies: a scan, a block, a write, an info request. An exchange consists of
/// rounds; a round begins when all requests of the previous one are answered. <see cref="ExchangeLoop{TSession}"/> makes all calls, one at
/// a time. The methods must not block or perform I/O, and in a steady state not allocate.
/// </summary>
public interface IExchange
{
    /// <summary>Prepares the next round. Returns its number of requests, or 0 when the exchange is complete.</summary>
    /// <exception cref="Exception">The replies so far end the exchange. The connection stays.</exception>
    int PrepareRound();

    /// <summary>
    /// Returns the frames of some requests of the round, one behind the other. The loop stamps ids into them before it sends them.
    /// </summary>
    Memory<byte> Frames(int first, int count);

    /// <summary>
    /// Handles the reply to a request of the round. Returns false if the requests that have not been sent yet must not be sent.
    /// </summary>
    /// <param name="request">Index of the request in the round.</param>
    /// <param name="frame">The whole frame; its length was checked against the protocol's rules, its content was not.</param>
    /// <exception cref="LinkException">The reply shows that the connection can no longer be trusted.</exception>
    bool Accept(int request, ReadOnlySpan<byte> frame);

    /// <summary>
    /// Called when no reply to a request of the round will come (<see cref="IConnection.NoReply"/>); the exchange goes on with the next
    /// one. An exchange over TCP is never called.
    /// </summary>
    /// <param name="request">Index of the request in the round.</param>
    void GiveUp(int request) => throw new NoReplyException();

    /// <summary>Called at the timeout. Returns true if the replies so far are a usable result, after marking what is missing.</summary>
    bool TryCompleteAtTimeout();

    /// <summary>
    /// False if an exchange without any reply does not show that the connection is dead: a device that never confirms writes may answer
    /// reads.
    /// </summary>
    bool ShowsSilence => true;

    /// <summary>
    /// Called when the connection is lost. Returns true if the replies so far are a usable result, after marking what is missing with the
    /// reason; the next exchange then connects again.
    /// </summary>
    bool TryCompleteWithoutConnection(string reason) => false;

    /// <summary>
    /// Called when the connection is lost and the exchange fails. Returns the reason for the error message, which the exchange may extend.
    /// </summary>
    string ConnectionLost(string reason) => reason;
}
