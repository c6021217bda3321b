using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Faults.Peers;

/// <summary>A value that a host wrote.</summary>
/// <param name="At">Timestamp of <see cref="Stopwatch"/>.</param>
/// <param name="Value">The value.</param>
internal readonly record struct RegisterWrite(long At, int Value);

/// <summary>A Modbus TCP server with 16 holding registers that records each write (functions 3, 6 and 16).</summary>
internal sealed class RegisterServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ushort[] _registers = new ushort[16];
    private readonly List<RegisterWrite> _writes = [];

    public RegisterServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All writes so far, in order.</summary>
    public IReadOnlyList<RegisterWrite> Writes
    {
        get
        {
            lock (_writes) return [.. _writes];
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        var stream = client.GetStream();
        var head = new byte[7];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(head).ConfigureAwait(false);
                var request = new byte[BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(4)) - 1];
                await stream.ReadExactlyAsync(request).ConfigureAwait(false);
                var reply = Answer(request);
                BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(4), (ushort)(reply.Length + 1));
                await stream.WriteAsync((byte[])[.. head, .. reply]).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OverflowException)
        {
            // The host closed the connection.
        }
    }

    private byte[] Answer(byte[] request)
    {
        var first = BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(1));
        var second = BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(3));
        lock (_writes)
        {
            switch (request[0])
            {
                case 3:
                    var reply = new byte[2 + (2 * second)];
                    (reply[0], reply[1]) = (3, (byte)(2 * second));
                    for (var i = 0; i < second; i++)
                        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(2 + (2 * i)), _registers[(first + i) % _registers.Length]);
                    return reply;
                case 6:
                    Write(first, second);
                    return request;
                case 16:
                    for (var i = 0; i < second; i++) Write(first + i, BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(6 + (2 * i))));
                    return request[..5];
                default:
                    return [(byte)(request[0] | 0x80), 1];
            }
        }
    }

    private void Write(int register, ushort value)
    {
        _registers[register % _registers.Length] = value;
        _writes.Add(new RegisterWrite(Stopwatch.GetTimestamp(), value));
    }
}
