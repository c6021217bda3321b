namespace PlantRuntime.Wire;

/// <summary>
/// One connection to a device that is asked: sends prepared requests and tells which of the replies are answers. Replies that are late,
/// foreign or came twice are dropped and counted. One user at a time. Allocates nothing once steady.
/// </summary>
/// <param name="link">The connection, owned from now on.</param>
/// <param name="framing">The protocol's rules.</param>
/// <param name="table">Outlives the session, so that ids rise over all connections of a device.</param>
public class RequestSession(TcpLink link, IRequestFraming framing, RequestTable table) : IDisposable
{
    private const int MostSilences = 2;

    private readonly FrameBuffer _frames = new(framing.FrameLength, framing.MostBytes);
    private int _silences;

    /// <summary>Frames that came in, of use or not: a sign of life.</summary>
    public long Received { get; private set; }

    /// <summary>Stamps ids into the requests and sends all of them with one call.</summary>
    /// <param name="requests">Whole frames, one behind the other.</param>
    /// <param name="firstRequest">Number of the first one; the others count on.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LinkException">The connection is gone.</exception>
    public ValueTask SendAsync(Memory<byte> requests, int firstRequest, CancellationToken cancel)
    {
        for (var rest = requests.Span; !rest.IsEmpty; rest = rest[framing.FrameLength(rest)..])
            framing.Stamp(rest, table.Issue(firstRequest++));
        return link.SendAsync(requests, cancel);
    }

    /// <summary>The next answer to one of our requests, if it has come in already.</summary>
    /// <exception cref="LinkException">What came in is not of the protocol, or ends the connection.</exception>
    public bool TryReceive(out Reply reply)
    {
        while (_frames.TryTake(out var frame))
        {
            Received++;
            _silences = 0;
            if (!framing.TryId(frame.Span, out var id) || table.Answer(id, out var request) != ReplyKind.Expected) continue;
            reply = new Reply(request, frame);
            return true;
        }

        reply = default;
        return false;
    }

    /// <summary>Waits for bytes when <see cref="TryReceive"/> has nothing; <see cref="Filled"/> takes the result.</summary>
    public ValueTask<int> FillAsync(CancellationToken cancel) => link.FillAsync(_frames, cancel);

    /// <summary>Says how many bytes came.</summary>
    /// <exception cref="LinkException">The device closed the connection.</exception>
    public void Filled(int count) => _frames.Filled(count);

    /// <summary>Waits for the next answer: the comfortable way, at the cost of a task.</summary>
    public async ValueTask<Reply> ReceiveAsync(CancellationToken cancel)
    {
        Reply reply;
        while (!TryReceive(out reply)) Filled(await FillAsync(cancel).ConfigureAwait(false));
        return reply;
    }

    /// <summary>Waits for the next frame, whatever it is: for handshakes that have no ids yet.</summary>
    /// <exception cref="LinkException">The connection is gone, or what came in is no frame.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReceiveFrameAsync(CancellationToken cancel) => link.ReceiveAsync(_frames, cancel);

    /// <summary>Sends bytes that are no request.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    public ValueTask SendFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel) => link.SendAsync(frame, cancel);

    /// <summary>Gives up on what is outstanding; the session stays usable and will know the late replies.</summary>
    /// <param name="isSilent">Nothing at all came in meanwhile.</param>
    /// <returns>False when that is the second time in a row: the connection is of no more use.</returns>
    public bool TryGiveUp(bool isSilent)
    {
        table.GiveUp();
        _silences = isSilent ? _silences + 1 : 0;
        return _silences < MostSilences;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        link.Dispose();
        GC.SuppressFinalize(this);
    }
}
