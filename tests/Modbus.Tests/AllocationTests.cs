using System.Net;
using System.Net.Sockets;
using PlantRuntime.Conformance;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests;

/// <summary>Counts bytes of the whole process, so it runs while no other test does.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public class AllocationTests
{
    [Fact]
    public async Task A_steady_scan_allocates_nothing()
    {
        using var device = new FrugalDevice();
        var options = new ModbusOptions { Host = "127.0.0.1", Port = device.Port, Pipeline = 2 };
        await using var driver = new ModbusDriver(options, new CapturingPluginLog());
        await driver.ConnectAsync(CancellationToken.None);
        // 1,000 registers of all sorts in 8 requests, two of them refused at every scan, and bits.
        var scan = new ModbusScan(driver, [
            .. Enumerable.Range(0, 400).Select(n => $"holding:{n}"),
            .. Enumerable.Range(0, 100).Select(n => $"holding:{400 + (2 * n)}:REAL"),
            .. Enumerable.Range(0, 50).Select(n => $"holding:{600 + (4 * n)}:INT64:CDAB"),
            .. Enumerable.Range(0, 10).Select(n => $"holding:{800 + (10 * n)}:STRING[20]"),
            .. Enumerable.Range(0, 100).Select(n => $"holding:{900 + n}.5"),
            .. Enumerable.Range(0, 100).Select(n => $"coil:{n}"),
            "holding:50000", "holding:60000"]);
        // A host keeps one source a device and resets it; the token must be one that can be cancelled.
        using var limit = new CancellationTokenSource();

        var least = await AllocationMeter.LeastBytesAsync(() => scan.ReadAsync(limit.Token));

        Assert.Equal(760, scan.Good);
        Assert.Equal(0, least);
    }

    /// <summary>Answers reads from arrays made beforehand, on a thread of its own: nothing of it is counted.</summary>
    private sealed class FrugalDevice : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly byte[] _in = new byte[4096];
        private readonly byte[] _out = new byte[4096];

        public FrugalDevice()
        {
            _listener.Start();
            new Thread(Serve) { IsBackground = true }.Start();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private void Serve()
        {
            using var socket = _listener.AcceptSocket();
            socket.NoDelay = true;
            var held = 0;
            while (socket.Receive(_in.AsSpan(held)) is var count and > 0)
            {
                held += count;
                var (taken, length) = (0, 0);
                for (; held - taken >= 12; taken += 12) length += Answer(_in.AsSpan(taken, 12), _out.AsSpan(length));
                _in.AsSpan(taken, held - taken).CopyTo(_in);
                held -= taken;
                socket.Send(_out.AsSpan(0, length));
            }
        }

        private static int Answer(ReadOnlySpan<byte> request, Span<byte> reply)
        {
            var (function, start, quantity) = (request[7], (request[8] << 8) + request[9], (request[10] << 8) + request[11]);
            var data = function <= 2 ? (quantity + 7) / 8 : 2 * quantity;
            var isRefused = start >= 50000;
            request[..7].CopyTo(reply);
            reply[4] = 0;
            reply[5] = (byte)(isRefused ? 3 : 3 + data);
            reply[7] = (byte)(isRefused ? function | 0x80 : function);
            reply[8] = (byte)(isRefused ? 2 : data);
            if (isRefused) return 9;
            reply.Slice(9, data).Fill((byte)'A');
            return 9 + data;
        }
    }
}
