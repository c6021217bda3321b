namespace PlantRuntime.Wire;

/// <summary>
/// A connection that carries the requests and replies of one device: TCP, or a serial line with the rules of its protocol. One session owns
/// it. Sending and filling allocate nothing in a steady state where the system allows it.
/// </summary>
public interface IConnection : IDisposable
{
    /// <summary>
    /// The result of <see cref="FillAsync"/> when no reply to the last request will come: the connection has waited for as long as it waits
    /// for one reply, or nobody answers this request. The connection is usable.
    /// </summary>
    const int NoReply = -1;

    /// <summary>True if the peer has closed the connection and nothing is left to read. Never blocks.</summary>
    bool IsClosedByPeer { get; }

    /// <summary>Sends all bytes.</summary>
    /// <exception cref="LinkException">The connection is lost.</exception>
    /// <exception cref="OperationCanceledException">The token ended the call.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>
    /// Waits for bytes and writes them into the buffer. Returns their number, 0 if the peer closed the connection, or
    /// <see cref="NoReply"/>; the caller commits any other result than the last.
    /// </summary>
    ValueTask<int> FillAsync(FrameBuffer frames, CancellationToken cancel);
}

/// <summary>No reply to the last request will come. The connection is usable.</summary>
public sealed class NoReplyException() : LinkException("no answer in time");

/// <summary>Receives whole frames from connections. Stateless.</summary>
public static class ConnectionFrames
{
    /// <summary>Waits for the next whole frame, which is valid until the next call. Allocates a task.</summary>
    /// <exception cref="LinkException">
    /// The connection is lost, no reply will come, or the received bytes are not a frame.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token ended the wait; the connection stays usable.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(
        this IConnection connection, FrameBuffer frames, CancellationToken cancel)
    {
        try
        {
            ReadOnlyMemory<byte> frame;
            while (!frames.TryRead(out frame))
            {
                var count = await connection.FillAsync(frames, cancel).ConfigureAwait(false);
                if (count == IConnection.NoReply) throw new NoReplyException();
                frames.Commit(count);
            }

            return frame;
        }
        catch (Exception e) when (e is not LinkException && LinkException.From(e) is { } link)
        {
            throw link;
        }
    }
}
