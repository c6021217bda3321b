using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A CPU on loopback that does what a test tells it, above all what no good CPU does.</summary>
internal sealed class ScriptedCpu : LoopbackPeer
{
    private readonly Channel<CpuRequest> _arrivals = Channel.CreateUnbounded<CpuRequest>();
    private readonly ConcurrentQueue<CpuRequest> _reads = new();

    /// <summary>PDU size that the CPU grants at most.</summary>
    public int PduSize { get; set; } = 240;

    /// <summary>Parallel jobs that the CPU grants.</summary>
    public int Jobs { get; set; } = 1;

    /// <summary>The connection request that came in last.</summary>
    public byte[] ConnectRequest { get; private set; } = [];

    /// <summary>What the CPU does with a connection request; it confirms until told otherwise.</summary>
    public Action<PeerLine> Connect { get; set; } =
        line => line.Send(Hex("03 00 00 16 11 D0 00 01 00 02 00 C0 01 0A C1 02 01 00 C2 02 01 01"));

    /// <summary>What the CPU does with a read; it answers rightly until told otherwise.</summary>
    public Action<CpuRequest, PeerLine> Script { get; set; } = (request, line) => line.Send(request.Good());

    /// <summary>What the CPU does with a write; it takes it until told otherwise.</summary>
    public Action<CpuWrite, PeerLine> WriteScript { get; set; } = (write, line) => line.Send(write.Ack(0xFF));

    /// <summary>What the CPU does with a question about itself; it knows no answer until told otherwise, as a LOGO.</summary>
    public Action<CpuQuestion, PeerLine> QuestionScript { get; set; } = (question, line) => line.Send(question.Answer("", error: 0x8104));

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>Waits for the next read that no test has looked at, after the script has run for it.</summary>
    public ValueTask<CpuRequest> ArrivedAsync() => _arrivals.Reader.ReadAsync();

    /// <summary>All reads since the last call of this.</summary>
    public List<CpuRequest> Arrived()
    {
        var arrived = new List<CpuRequest>();
        while (_reads.TryDequeue(out var request)) arrived.Add(request);
        return arrived;
    }

    protected override Task ServeAsync(Socket socket, int number)
    {
        var line = new PeerLine(socket);
        return TakeFramesAsync(socket, 4, held => (held[2] << 8) + held[3], packet => Answer(packet, line));
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
            QuestionScript(CpuQuestion.Parse(packet), line);
        }
        else if (packet[17] == 5)
        {
            WriteScript(CpuWrite.Parse(packet), line);
        }
        else
        {
            var request = CpuRequest.Parse(packet);
            _reads.Enqueue(request);
            Script(request, line);
            _arrivals.Writer.TryWrite(request);
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
