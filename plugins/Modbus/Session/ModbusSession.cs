using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Session;

/// <summary>
/// One connection: sends trains of prepared frames and tells which of the replies are answers. Replies that are late, foreign or came
/// twice are dropped and counted. One user at a time. Allocates nothing once steady.
/// </summary>
/// <param name="link">The connection, owned from now on.</param>
/// <param name="table">Outlives the session, so that ids rise over all connections of a device.</param>
internal sealed class ModbusSession(TcpLink link, RequestTable table) : IDisposable
{
    private const int MostSilences = 2;

    private readonly FrameBuffer _frames = new(Mbap.FrameLength, Mbap.MostBytes);
    private int _silences;

    /// <summary>Frames that came in, of use or not: a sign of life.</summary>
    public long Received { get; private set; }

    public static async ValueTask<ModbusSession> ConnectAsync(string host, int port, RequestTable table, CancellationToken cancel)
    {
        table.GiveUp();
        return new ModbusSession(await TcpLink.ConnectAsync(host, port, cancel).ConfigureAwait(false), table);
    }

    /// <summary>Stamps transaction ids into the frames and sends all of them with one call.</summary>
    /// <param name="frames">Whole request frames, one behind the other.</param>
    /// <param name="firstRequest">Number of the first one; the others count on.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LinkException">The connection is gone.</exception>
    public ValueTask SendAsync(Memory<byte> frames, int firstRequest, CancellationToken cancel)
    {
        for (var rest = frames.Span; !rest.IsEmpty; rest = rest[Mbap.FrameLength(rest)..]) Mbap.Stamp(rest, table.Issue(firstRequest++));
        return link.SendAsync(frames, cancel);
    }

    /// <summary>The next answer to one of our requests, if it has come in already.</summary>
    /// <exception cref="LinkException">What came in is no Modbus.</exception>
    public bool TryReceive(out ModbusReply reply)
    {
        while (_frames.TryTake(out var frame))
        {
            Received++;
            _silences = 0;
            if (table.Answer(Mbap.TransactionId(frame.Span), out var request) != ReplyKind.Expected) continue;
            reply = new ModbusReply(request, frame);
            return true;
        }

        reply = default;
        return false;
    }

    /// <summary>Waits for bytes when <see cref="TryReceive"/> has nothing; <see cref="Filled"/> takes the result.</summary>
    public ValueTask<int> FillAsync(CancellationToken cancel) => link.FillAsync(_frames, cancel);

    /// <exception cref="LinkException">The device closed the connection.</exception>
    public void Filled(int count) => _frames.Filled(count);

    /// <summary>Waits for the next answer: the comfortable way, at the cost of a task.</summary>
    public async ValueTask<ModbusReply> ReceiveAsync(CancellationToken cancel)
    {
        ModbusReply reply;
        while (!TryReceive(out reply)) Filled(await FillAsync(cancel).ConfigureAwait(false));
        return reply;
    }

    /// <summary>Gives up on what is outstanding; the session stays usable and will know the late replies.</summary>
    /// <param name="isSilent">Nothing at all came in meanwhile.</param>
    /// <returns>False when that is the second time in a row: the connection is of no more use.</returns>
    public bool TryGiveUp(bool isSilent)
    {
        table.GiveUp();
        _silences = isSilent ? _silences + 1 : 0;
        return _silences < MostSilences;
    }

    public void Dispose() => link.Dispose();
}
