using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>
/// A good CPU that holds bytes, the same in every area and block, takes writes of bytes, and refuses blocks from 900 on. Each connection
/// has a thread and arrays of its own, so that it allocates nothing when it answers.
/// </summary>
internal sealed class MemoryCpu : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _memory;
    private readonly bool _isSilent;
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private int _connections;

    public MemoryCpu(byte[] memory, bool isSilent = false)
    {
        (_memory, _isSilent) = (memory, isSilent);
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Task ConnectionsBecomeAsync(int count)
    {
        lock (_gate)
        {
            if (_connections == count) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            return reached.Task;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Connected(int change)
    {
        lock (_gate)
        {
            _connections += change;
            foreach (var (count, reached) in _waiters)
            {
                if (count == _connections) reached.TrySetResult();
            }
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.AcceptSocket();
                Connected(1);
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
        }
    }

    private void Serve(Socket socket)
    {
        using var owned = socket;
        socket.NoDelay = true;
        var (packets, answer, held) = (new byte[8192], new byte[2048], 0);
        try
        {
            while (socket.Receive(packets.AsSpan(held)) is var count and > 0)
            {
                held += count;
                var taken = 0;
                while (held - taken >= 4 && (packets[taken + 2] << 8 | packets[taken + 3]) is var length && held - taken >= length)
                {
                    if (!_isSilent) socket.Send(answer.AsSpan(0, Answer(packets.AsSpan(taken, length), answer)));
                    taken += length;
                }

                packets.AsSpan(taken, held - taken).CopyTo(packets);
                held -= taken;
            }
        }
        catch (SocketException)
        {
        }

        Connected(-1);
    }

    private int Answer(ReadOnlySpan<byte> packet, Span<byte> answer)
    {
        packet[..Math.Min(packet.Length, 17)].CopyTo(answer);
        if (packet[5] == 0xE0)
        {
            packet.CopyTo(answer);
            answer[5] = 0xD0;
            return packet.Length;
        }

        answer[8] = 3;
        answer[17..21].Clear();
        if (packet[17] == 0xF0)
        {
            packet[17..].CopyTo(answer[19..]);
            (answer[3], answer[17], answer[18]) = (27, 0, 0);
            (answer[25], answer[26]) = (0, 240);
            return 27;
        }

        if (packet[17] == 5)
        {
            (answer[3], answer[14], answer[16], answer[19], answer[20], answer[21]) = (22, 2, 1, 5, 1, Written(packet));
            (answer[2], answer[15]) = (0, 0);
            return 22;
        }

        (answer[14], answer[19], answer[20]) = (2, 4, packet[18]);
        var end = 21;
        for (var i = 0; i < packet[18]; i++) end += Item(packet.Slice(19 + (12 * i), 12), answer[end..], i == packet[18] - 1);
        (answer[2], answer[3]) = ((byte)(end >> 8), (byte)end);
        (answer[15], answer[16]) = ((byte)(end - 21 >> 8), (byte)(end - 21));
        return end;
    }

    private byte Written(ReadOnlySpan<byte> packet)
    {
        var start = (packet[28] << 16 | packet[29] << 8 | packet[30]) / 8;
        var bytes = packet[35..];
        if (start + bytes.Length > _memory.Length) return 5;
        bytes.CopyTo(_memory.AsSpan(start));
        return 0xFF;
    }

    private int Item(ReadOnlySpan<byte> item, Span<byte> answer, bool isLast)
    {
        answer[..4].Clear();
        var isNumbered = item[8] is 0x1C or 0x1D;
        var count = (item[4] << 8 | item[5]) * (isNumbered ? 2 : 1);
        var start = item[9] << 16 | item[10] << 8 | item[11];
        start = isNumbered ? 2 * start : start / 8;
        answer[0] = (item[6] << 8 | item[7]) >= 900 ? (byte)0x0A : start + count > _memory.Length ? (byte)5 : (byte)0xFF;
        if (answer[0] != 0xFF) return 4;
        (answer[1], answer[2], answer[3]) = isNumbered
            ? ((byte)9, (byte)(count >> 8), (byte)count)
            : ((byte)4, (byte)(8 * count >> 8), (byte)(8 * count));
        _memory.AsSpan(start, count).CopyTo(answer[4..]);
        return 4 + count + (isLast ? 0 : count % 2);
    }
}
