using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>
/// A CPU on loopback that does what a test tells it, above all what no good CPU does. It parses by itself: a peer that shared the driver's
/// codec would prove nothing.
/// </summary>
internal sealed class ScriptedCpu : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<CpuRequest> _arrivals = Channel.CreateUnbounded<CpuRequest>();
    private readonly ConcurrentQueue<CpuRequest> _reads = new();
    private readonly ConcurrentBag<Socket> _sockets = [];

    public ScriptedCpu()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => _sockets.Count;

    /// <summary>PDU size that the CPU grants at most.</summary>
    public int PduSize { get; set; } = 240;

    /// <summary>Parallel jobs that the CPU grants.</summary>
    public int Jobs { get; set; } = 1;

    /// <summary>The connection request that came in last.</summary>
    public byte[] ConnectRequest { get; private set; } = [];

    /// <summary>What the CPU does with a connection request; it confirms until told otherwise.</summary>
    public Action<CpuLine> Connect { get; set; } =
        line => line.Send(Hex("03 00 00 16 11 D0 00 01 00 02 00 C0 01 0A C1 02 01 00 C2 02 01 01"));

    /// <summary>What the CPU does with a read; it answers rightly until told otherwise.</summary>
    public Action<CpuRequest, CpuLine> Script { get; set; } = (request, line) => line.Send(request.Good());

    /// <summary>What the CPU does with a write; it takes it until told otherwise.</summary>
    public Action<CpuWrite, CpuLine> WriteScript { get; set; } = (write, line) => line.Send(write.Ack(0xFF));

    /// <summary>What the CPU does with a question about itself; it knows no answer until told otherwise, as a LOGO.</summary>
    public Action<CpuQuestion, CpuLine> QuestionScript { get; set; } = (question, line) => line.Send(question.Answer("", error: 0x8104));

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

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _sockets) socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _sockets.Add(socket);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var line = new CpuLine(socket);
        var held = new List<byte>();
        var bytes = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(bytes) is var count and > 0)
            {
                held.AddRange(bytes.AsSpan(0, count));
                while (held.Count >= 4 && held.Count >= (held[2] << 8) + held[3])
                {
                    var packet = held.GetRange(0, (held[2] << 8) + held[3]).ToArray();
                    held.RemoveRange(0, packet.Length);
                    Answer(packet, line);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private void Answer(byte[] packet, CpuLine line)
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
