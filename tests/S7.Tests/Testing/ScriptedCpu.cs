using System.Net.Sockets;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A CPU on loopback that does what a test tells it, above all what no good CPU does.</summary>
internal sealed class ScriptedCpu : LoopbackPeer
{
    private readonly ArrivalQueue<CpuRequest> _reads = new();

    /// <summary>PDU size that the CPU grants at most.</summary>
    public int PduSize { get; set; } = 240;

    /// <summary>Parallel jobs that the CPU grants.</summary>
    public int Jobs { get; set; } = 1;

    /// <summary>The connection request that came in last.</summary>
    public byte[] ConnectRequest { get; private set; } = [];

    /// <summary>Handles a connection request. The default confirms it.</summary>
    public Action<PeerLine> Connect { get; set; } =
        line => line.Send(Hex("03 00 00 16 11 D0 00 01 00 02 00 C0 01 0A C1 02 01 00 C2 02 01 01"));

    /// <summary>Handles a read. The default sends a correct reply.</summary>
    public Action<CpuRequest, PeerLine> Script { get; set; } = (request, line) => line.Send(request.Good());

    /// <summary>Handles a write. The default accepts it.</summary>
    public Action<CpuWrite, PeerLine> WriteScript { get; set; } = (write, line) => line.Send(write.Ack(0xFF));

    /// <summary>Handles an info request. The default refuses it, as a LOGO does.</summary>
    public Action<CpuUserDataRequest, PeerLine> UserDataScript { get; set; } =
        (question, line) => line.Send(question.Answer("", error: 0x8104));

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>Waits for the next read that was answered and that no test has waited for.</summary>
    public ValueTask<CpuRequest> ArrivedAsync() => _reads.NextAsync();

    /// <summary>All reads since the last call of this.</summary>
    public List<CpuRequest> Arrived() => _reads.Drain();

    protected override Task ServeAsync(Socket socket, int number)
    {
        var line = new PeerLine(socket);
        return ReadFramesAsync(socket, 4, held => (held[2] << 8) + held[3], packet => Answer(packet, line));
    }

    private void Answer(byte[] packet, PeerLine line)
    {
        if (packet[5] == 0xE0)
        {
            ConnectRequest = packet;
            Connect(line);
        }
        else if (packet[17] == 0xF0)
        {
            line.Send(Setup(packet));
        }
        else if (packet[8] == 7)
        {
            UserDataScript(CpuUserDataRequest.Parse(packet), line);
        }
        else if (packet[17] == 5)
        {
            WriteScript(CpuWrite.Parse(packet), line);
        }
        else
        {
            var request = CpuRequest.Parse(packet);
            _reads.Add(request, () => Script(request, line));
        }
    }

    private byte[] Setup(byte[] asked)
    {
        var size = Math.Min(PduSize, asked[23] << 8 | asked[24]);
        return
        [
            .. Hex("03 00 00 1B 02 F0 80 32 03 00 00"), asked[11], asked[12], .. Hex("00 08 00 00 00 00 F0 00"),
            0, (byte)Jobs, 0, (byte)Jobs, (byte)(size >> 8), (byte)size,
        ];
    }
}
