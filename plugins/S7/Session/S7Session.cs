using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Session;

/// <summary>
/// One connection: sends prepared packets and tells which of the replies are answers. Replies that are late, foreign or came twice are
/// dropped and counted. One user at a time. Allocates nothing once steady.
/// </summary>
internal sealed class S7Session : IDisposable
{
    private const int MostSilences = 2;

    private readonly TcpLink _link;
    private readonly RequestTable _table;
    private readonly FrameBuffer _frames = new(Tpkt.FrameLength, Tpkt.MostBytes);
    private int _silences;

    /// <param name="link">The connection, owned from now on.</param>
    /// <param name="table">Outlives the session, so that PDU references rise over all connections of a device.</param>
    private S7Session(TcpLink link, RequestTable table) => (_link, _table) = (link, table);

    /// <summary>What both ends agreed on.</summary>
    public SetupCommunication Setup { get; private set; }

    /// <summary>Packets that came in, of use or not: a sign of life.</summary>
    public long Received { get; private set; }

    /// <summary>Connects and shakes hands.</summary>
    /// <exception cref="LinkException">There is nobody, or nobody who wants to.</exception>
    public static async ValueTask<S7Session> ConnectAsync(S7Options options, RequestTable table, CancellationToken cancel)
    {
        table.GiveUp();
        var session = new S7Session(await TcpLink.ConnectAsync(options.Host, options.Port, cancel).ConfigureAwait(false), table);
        try
        {
            await session.ShakeHandsAsync(options, cancel).ConfigureAwait(false);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Stamps PDU references into the packets and sends all of them with one call.</summary>
    /// <param name="packets">Whole packets of jobs, one behind the other.</param>
    /// <param name="firstRequest">Number of the first one; the others count on.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LinkException">The connection is gone.</exception>
    public ValueTask SendAsync(Memory<byte> packets, int firstRequest, CancellationToken cancel)
    {
        for (var rest = packets.Span; !rest.IsEmpty; rest = rest[Tpkt.FrameLength(rest)..])
            S7Header.Stamp(rest, _table.Issue(firstRequest++));
        return _link.SendAsync(packets, cancel);
    }

    /// <summary>The next answer to one of our jobs, if it has come in already.</summary>
    /// <exception cref="LinkException">What came in is no S7, or the device ended the connection.</exception>
    public bool TryReceive(out S7Reply reply)
    {
        while (_frames.TryTake(out var packet))
        {
            Received++;
            _silences = 0;
            var pdu = CotpData.Pdu(packet.Span);
            if (pdu.IsEmpty) continue;
            if (!S7Header.IsS7(pdu)) throw new FrameException("a PDU of another protocol than S7", packet.Span);
            if (!S7Header.IsAnswer(pdu) || _table.Answer(S7Header.Reference(pdu), out var request) != ReplyKind.Expected) continue;
            reply = new S7Reply(request, packet);
            return true;
        }

        reply = default;
        return false;
    }

    /// <summary>Waits for bytes when <see cref="TryReceive"/> has nothing; <see cref="Filled"/> takes the result.</summary>
    public ValueTask<int> FillAsync(CancellationToken cancel) => _link.FillAsync(_frames, cancel);

    /// <exception cref="LinkException">The device closed the connection.</exception>
    public void Filled(int count) => _frames.Filled(count);

    /// <summary>Gives up on what is outstanding; the session stays usable and will know the late replies.</summary>
    /// <param name="isSilent">Nothing at all came in meanwhile.</param>
    /// <returns>False when that is the second time in a row: the connection is of no more use.</returns>
    public bool TryGiveUp(bool isSilent)
    {
        _table.GiveUp();
        _silences = isSilent ? _silences + 1 : 0;
        return _silences < MostSilences;
    }

    public void Dispose() => _link.Dispose();

    private async ValueTask ShakeHandsAsync(S7Options options, CancellationToken cancel)
    {
        var packet = new byte[SetupCommunication.RequestBytes];
        CotpConnect.Write(packet, options.LocalTsapNumber, options.RemoteTsapNumber);
        await _link.SendAsync(packet.AsMemory(0, CotpConnect.RequestBytes), cancel).ConfigureAwait(false);
        CotpConnect.Check((await ConfirmAsync(cancel).ConfigureAwait(false)).Span);
        var asked = new SetupCommunication(options.PduSize, options.MaxJobs);
        asked.Write(packet);
        await SendAsync(packet, 0, cancel).ConfigureAwait(false);
        S7Reply reply;
        while (!TryReceive(out reply)) Filled(await FillAsync(cancel).ConfigureAwait(false));
        Setup = asked.Agreed(reply.Pdu);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ConfirmAsync(CancellationToken cancel)
    {
        try
        {
            return await _link.ReceiveAsync(_frames, cancel).ConfigureAwait(false);
        }
        catch (LinkException e) when (e is not FrameException)
        {
            throw new LinkException(
                $"{e.Message} instead of confirming it: check rack, slot or TSAPs; or the CPU has no connection free", e);
        }
    }
}
