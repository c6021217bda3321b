using System.Net.Sockets;
using PlantRuntime.Plugins.S7;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Benchmarks.S7;

/// <summary>
/// The least that a scan can be: the same request bytes over a bare socket, as many under way as the driver has, the answers' lengths
/// counted and the rest thrown away.
/// </summary>
internal sealed class BareClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answers = new byte[65536];
    private readonly int _jobs;
    private int _held;

    public BareClient(int port, SetupCommunication setup)
    {
        _jobs = setup.Jobs;
        _socket.Connect("127.0.0.1", port);
        var packet = new byte[SetupCommunication.RequestBytes];
        CotpConnect.Write(packet, 0x0100, Tsap.From(ConnectionType.Pg, rack: 0, slot: 1));
        _socket.Send(packet.AsSpan(0, CotpConnect.RequestBytes));
        _socket.Receive(_answers);
        setup.Write(packet);
        _socket.Send(packet);
        _socket.Receive(_answers);
    }

    /// <summary>Sends all requests of a batch and waits for as many answers.</summary>
    public async Task RunAsync(BareRequests batch)
    {
        for (int sent = 0, taken = 0; taken < batch.Count;)
        {
            var next = Math.Min(batch.Count, taken + _jobs) - sent;
            if (next > 0) await _socket.SendAsync(batch.Packets(sent, next), SocketFlags.None).ConfigureAwait(false);
            sent += Math.Max(0, next);
            _held += await _socket.ReceiveAsync(_answers.AsMemory(_held), SocketFlags.None).ConfigureAwait(false);
            taken += Taken();
        }
    }

    public void Dispose() => _socket.Dispose();

    private int Taken()
    {
        var (count, at) = (0, 0);
        while (_held - at >= 4 && (_answers[at + 2] << 8 | _answers[at + 3]) is var length && _held - at >= length)
        {
            count++;
            at += length;
        }

        _answers.AsSpan(at, _held - at).CopyTo(_answers);
        _held -= at;
        return count;
    }
}
