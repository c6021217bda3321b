using System.Runtime.CompilerServices;
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

    /// <summary>Waits for the next answer to one of our requests.</summary>
    /// <exception cref="LinkException">The connection is gone, or what came in is no Modbus.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ModbusReply> ReceiveAsync(CancellationToken cancel)
    {
        while (true)
        {
            var frame = await link.ReceiveAsync(_frames, cancel).ConfigureAwait(false);
            Received++;
            _silences = 0;
            if (table.Answer(Mbap.TransactionId(frame.Span), out var request) == ReplyKind.Expected) return new ModbusReply(request, frame);
        }
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
