using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Session;

/// <summary>One connection to a CPU, after its handshake.</summary>
internal sealed class S7Session : RequestSession
{
    private S7Session(TcpLink link, RequestTable table)
        : base(link, new S7Framing(), table)
    {
    }

    /// <summary>What both ends agreed on.</summary>
    public SetupCommunication Setup { get; private set; }

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

    private async ValueTask ShakeHandsAsync(S7Options options, CancellationToken cancel)
    {
        var packet = new byte[SetupCommunication.RequestBytes];
        CotpConnect.Write(packet, options.LocalTsapNumber, options.RemoteTsapNumber);
        await SendFrameAsync(packet.AsMemory(0, CotpConnect.RequestBytes), cancel).ConfigureAwait(false);
        CotpConnect.Check((await ConfirmAsync(cancel).ConfigureAwait(false)).Span);
        var asked = new SetupCommunication(options.PduSize, options.MaxJobs);
        asked.Write(packet);
        await SendAsync(packet, 0, cancel).ConfigureAwait(false);
        Setup = asked.Agreed(CotpData.Pdu((await ReceiveAsync(cancel).ConfigureAwait(false)).Frame.Span));
    }

    private async ValueTask<ReadOnlyMemory<byte>> ConfirmAsync(CancellationToken cancel)
    {
        try
        {
            return await ReceiveFrameAsync(cancel).ConfigureAwait(false);
        }
        catch (LinkException e) when (e is not FrameException)
        {
            throw new LinkException(
                $"{e.Message} instead of confirming it: check rack, slot or TSAPs; or the CPU has no connection free", e);
        }
    }
}
