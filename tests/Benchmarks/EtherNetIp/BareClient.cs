using System.Buffers.Binary;
using System.Net.Sockets;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Benchmarks.EtherNetIp;

/// <summary>
/// The least that a scan can be: the same request bytes over a bare socket on a connection of the same size, as many in flight as the
/// driver has. The lengths of the replies are counted and the rest is thrown away.
/// </summary>
internal sealed class BareClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _replies = new byte[1 << 18];
    private readonly EtherNetIpFraming _framing = new();
    private readonly int _inFlight;
    private int _held;
    private ushort _sequence;

    public BareClient(int port, int size, int inFlight)
    {
        _inFlight = inFlight;
        _socket.Connect("127.0.0.1", port);
        var register = new byte[Encapsulation.RegisterBytes];
        Encapsulation.WriteRegister(register);
        _socket.Send(register);
        _framing.Session = Encapsulation.ReadRegistered(_replies.AsSpan(0, _socket.Receive(_replies)));
        var triad = new ConnectionTriad(0xBA5E, 0xBA5EBA5E);
        var open = CipTransport.Unconnected([]).Frame(ForwardOpen.Create(triad, size, [1, 0], TimeSpan.FromMinutes(2)));
        _framing.Stamp(open, 1);
        _socket.Send(open);
        var message = CommonPacket.Message(_replies.AsSpan(0, _socket.Receive(_replies)));
        if (!CipReply.TryRead(message, out var reply) || reply.Status != 0)
            throw new InvalidOperationException("the controller refuses a connection");
        _framing.ConnectionId = ForwardOpen.ReadConnectionIds(reply.Data, triad)!.Value.ToController;
    }

    /// <summary>Sends all requests of a scan and waits for as many replies.</summary>
    public async Task RunAsync(PackedRequests requests)
    {
        for (int sent = 0, taken = 0; taken < requests.Count;)
        {
            var next = Math.Min(requests.Count, taken + _inFlight) - sent;
            if (next > 0)
            {
                var frames = requests.Frames(sent, next);
                for (var rest = frames.Span; !rest.IsEmpty; rest = rest[Encapsulation.FrameLength(rest)..]) _framing.Stamp(
                    rest, ++_sequence);
                await _socket.SendAsync(frames, SocketFlags.None).ConfigureAwait(false);
                sent += next;
            }

            _held += await _socket.ReceiveAsync(_replies.AsMemory(_held), SocketFlags.None).ConfigureAwait(false);
            taken += CountReplies();
        }
    }

    public void Dispose() => _socket.Dispose();

    private int CountReplies()
    {
        var (count, at) = (0, 0);
        while (_held - at >= Encapsulation.HeaderBytes
            && Encapsulation.HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(_replies.AsSpan(at + 2)) is var length
                && _held - at >= length)
        {
            count++;
            at += length;
        }

        _replies.AsSpan(at, _held - at).CopyTo(_replies);
        _held -= at;
        return count;
    }
}
