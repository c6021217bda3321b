using System.Net.Sockets;

namespace PlantRuntime.Benchmarks.Modbus;

/// <summary>
/// The least that a scan can be: the same request bytes sent in the same bursts over a bare socket, the replies' bytes counted and thrown
/// away.
/// </summary>
internal sealed class BareRoundTrips : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _replies = new byte[65536];
    private readonly Memory<byte>[] _bursts;
    private readonly int[] _replyBytes;

    public BareRoundTrips(int port, Memory<byte>[] bursts, int[] replyBytes)
    {
        (_bursts, _replyBytes) = (bursts, replyBytes);
        _socket.Connect("127.0.0.1", port);
    }

    public async Task RunAsync()
    {
        for (var i = 0; i < _bursts.Length; i++)
        {
            await _socket.SendAsync(_bursts[i], SocketFlags.None).ConfigureAwait(false);
            for (var got = 0; got < _replyBytes[i];) got += await _socket.ReceiveAsync(_replies, SocketFlags.None).ConfigureAwait(false);
        }
    }

    public void Dispose() => _socket.Dispose();
}
