using System.Net.Sockets;
using System.Threading.Channels;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>
/// A device behind a terminal server: RTU frames over TCP, with a codec of its own. Register n holds n. It ignores what is no RTU frame.
/// </summary>
internal sealed class RtuDevice : LoopbackPeer
{
    private readonly Channel<string> _arrivals = Channel.CreateUnbounded<string>();

    /// <summary>Handles a request; the default sends the right reply.</summary>
    public Action<DeviceRequest, PeerLine> Script { get; set; } = (request, line) => line.Send(Reply(request));

    /// <summary>Waits for the next request, in hex, after the script has run for it.</summary>
    public ValueTask<string> ArrivedAsync() => _arrivals.Reader.ReadAsync();

    /// <summary>The right reply.</summary>
    public static byte[] Reply(DeviceRequest request) => Frame(request.Good()[6..]);

    /// <summary>Unit id and PDU with their checksum.</summary>
    public static byte[] Frame(params byte[] bytes) => [.. bytes, .. Checksum(bytes)];

    // The reflected CRC-16 as the serial line specification describes it in words.
    private static byte[] Checksum(byte[] bytes)
    {
        var register = 0xFFFF;
        foreach (var value in bytes)
        {
            register ^= value;
            for (var shift = 0; shift < 8; shift++)
            {
                var isOut = register % 2 == 1;
                register /= 2;
                if (isOut) register ^= 0xA001;
            }
        }

        return [(byte)(register % 256), (byte)(register / 256)];
    }

    protected override async Task ServeAsync(Socket socket, int number)
    {
        var line = new PeerLine(socket);
        var bytes = new byte[512];
        while (await socket.ReceiveAsync(bytes) is var count and > 0)
        {
            var frame = bytes[..count];
            if (count < 8 || !frame.SequenceEqual(Frame(frame[..^2]))) continue;
            Script(DeviceRequest.Parse([0, 0, 0, 0, 0, 0, .. frame[..^2]]), line);
            _arrivals.Writer.TryWrite(Convert.ToHexString(frame));
        }
    }
}
