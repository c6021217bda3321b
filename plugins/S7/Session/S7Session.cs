using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Session;

/// <summary>
/// One connection to a CPU, after its handshake. <see cref="S7Driver"/> opens it; <see cref="ExchangeLoop{TSession}"/> owns it and runs
/// exchanges on it, one at a time; not thread-safe. It never reconnects.
/// </summary>
internal sealed class S7Session : RequestSession
{
    private S7Session(TcpConnection link, RequestTable table, FrameObserver? observer)
        : base(link, new S7Framing(), table) =>
        Observer = observer;

    /// <summary>The limits agreed in the handshake.</summary>
    public SetupCommunication Setup { get; private set; }

    /// <summary>Connects and performs the handshake.</summary>
    /// <exception cref="LinkException">The connection failed or was refused; the message says why.</exception>
    public static async ValueTask<S7Session> ConnectAsync(
        S7Options options, RequestTable table, FrameObserver? observer, CancellationToken cancel)
    {
        var link = await TcpConnection.ConnectAsync(options.Host, options.Port, cancel).ConfigureAwait(false);
        var session = new S7Session(link, table, observer);
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
        Setup = asked.ParseReply(CotpData.Pdu((await ReceiveAsync(cancel).ConfigureAwait(false)).Frame.Span));
        MaxInFlight = Setup.Jobs;
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
