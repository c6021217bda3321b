using System.Runtime.InteropServices;

namespace PlantRuntime.Wire;

/// <summary>One reply and the number of the request that it answers.</summary>
/// <param name="Request">The request's number, as given when it was sent.</param>
/// <param name="Frame">The whole frame; valid until the next one is received.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Reply(int Request, ReadOnlyMemory<byte> Frame);

/// <summary>
/// One connection to a device that answers requests. It stamps ids into prepared requests, sends them, and returns the expected replies; it
/// drops and counts late, duplicate and foreign ones. <see cref="ExchangeLoop{TSession}"/> owns it and runs exchanges on it; a handshake
/// uses the public methods before that. One call at a time; not thread-safe. It never reconnects or retries.
/// </summary>
/// <param name="connection">The connection, owned by the session from now on.</param>
/// <param name="framing">The frame layout of the protocol.</param>
/// <param name="table">The ids; the table outlives the session, so that ids rise over all connections to a device.</param>
public class RequestSession(IConnection connection, IRequestFraming framing, RequestTable table) : IDisposable
{
    private readonly FrameBuffer _frames = new(framing.FrameLength, framing.MaxFrameBytes);
    private int _silentExchanges;
    private long _receivedBefore;

    /// <summary>Observes the frames sent and received; null for none.</summary>
    public FrameObserver? Observer
    {
        get => _frames.Observer;
        set => _frames.Observer = value;
    }

    /// <summary>Number of frames received, usable or not.</summary>
    public long Received { get; private set; }

    /// <summary>Bytes that were received of a frame that is not complete.</summary>
    public int UnfinishedBytes => _frames.Unfinished.Length;

    /// <summary>The most requests in flight at once, from 1 to the capacity of the table. A handshake may set it.</summary>
    public int MaxInFlight
    {
        get;
        set => field = Math.Clamp(value, 1, table.Capacity);
    } = 1;

    /// <summary>True if the device has closed the connection and nothing is left to read.</summary>
    public bool IsClosedByPeer => connection.IsClosedByPeer;

    /// <summary>
    /// The number of silent exchanges in a row after which the connection is closed. <see cref="ExchangeLoop{TSession}"/> raises it for a
    /// device that stays silent after several connections, so that a device that starts slowly is not restarted for ever.
    /// </summary>
    internal int MaxSilentExchanges { get; set; } = 2;

    /// <summary>Stamps ids into the requests and sends all of them with one call.</summary>
    /// <param name="requests">Whole frames, consecutively.</param>
    /// <param name="firstRequest">Number of the first request; the others count up from it.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="LinkException">The connection is lost.</exception>
    public ValueTask SendAsync(Memory<byte> requests, int firstRequest, CancellationToken cancel)
    {
        int length;
        for (var rest = requests.Span; !rest.IsEmpty; rest = rest[length..])
        {
            length = framing.RequestLength(rest);
            framing.Stamp(rest, table.Issue(firstRequest++));
            Observer?.Invoke(true, rest[..length], null);
        }

        return connection.SendAsync(requests, cancel);
    }

    /// <summary>Waits for the next expected reply, for handshakes. Allocates a task.</summary>
    /// <exception cref="LinkException">
    /// The connection is lost, no reply will come, or the received bytes are not a frame of the protocol.
    /// </exception>
    public async ValueTask<Reply> ReceiveAsync(CancellationToken cancel)
    {
        Reply reply;
        while (!TryReceive(out reply))
        {
            var count = await FillAsync(cancel).ConfigureAwait(false);
            if (count == IConnection.NoReply) throw new NoReplyException();
            Commit(count);
        }

        return reply;
    }

    /// <summary>Sends one frame without an id, for handshakes.</summary>
    /// <exception cref="LinkException">The connection is lost.</exception>
    public ValueTask SendFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        Observer?.Invoke(true, frame.Span, null);
        return connection.SendAsync(frame, cancel);
    }

    /// <summary>Waits for the next frame, whatever its id, for handshakes. The frame is valid until the next call.</summary>
    /// <exception cref="LinkException">The connection is lost, or the received bytes are not a frame of the protocol.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReceiveFrameAsync(CancellationToken cancel) => connection.ReceiveAsync(_frames, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        connection.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the next expected reply if it has been received already.</summary>
    /// <exception cref="LinkException">The received bytes are not a frame of the protocol, or the frame ends the connection.</exception>
    internal bool TryReceive(out Reply reply)
    {
        while (_frames.TryRead(out var frame))
        {
            Received++;
            _silentExchanges = 0;
            if (!framing.TryGetId(frame.Span, out var id) || table.Match(id, out var request) != ReplyKind.Expected) continue;
            reply = new Reply(request, frame);
            return true;
        }

        reply = default;
        return false;
    }

    /// <summary>
    /// Waits for bytes when <see cref="TryReceive"/> returned false; the result goes to <see cref="Commit"/>, unless it is
    /// <see cref="IConnection.NoReply"/>.
    /// </summary>
    internal ValueTask<int> FillAsync(CancellationToken cancel) => connection.FillAsync(_frames, cancel);

    /// <summary>Commits the bytes received by <see cref="FillAsync"/>.</summary>
    /// <exception cref="LinkException">The device closed the connection.</exception>
    internal void Commit(int count) => _frames.Commit(count);

    /// <summary>Begins an exchange: frames received from now on show that the device is alive.</summary>
    internal void BeginExchange() => _receivedBefore = Received;

    /// <summary>Ends an exchange: the replies to its outstanding requests count as late from now on.</summary>
    internal void AbandonExchange() => table.AbandonOutstanding();

    /// <summary>
    /// Ends an exchange at its timeout. Returns false if no frame at all was received in this exchange and in the one that timed out before
    /// it: the connection is then half open and must be closed.
    /// </summary>
    /// <param name="showsSilence">False for an exchange whose silence is not counted.</param>
    internal bool TryContinueAfterTimeout(bool showsSilence)
    {
        table.AbandonOutstanding();
        if (UnfinishedBytes > 0) Observer?.Invoke(false, _frames.Unfinished, "the message is not complete at the timeout");
        if (showsSilence && Received == _receivedBefore) _silentExchanges++;
        return _silentExchanges < MaxSilentExchanges;
    }
}
