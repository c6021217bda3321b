using System.IO.Ports;
using System.Threading.Channels;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>
/// Scripted units at the far end of a pair of serial ports, RTU with a codec of its own. Register n holds n. The script of a test runs on
/// the thread of the port.
/// </summary>
internal sealed class SerialPeer : IAsyncDisposable
{
    private readonly SerialPair _pair;
    private readonly Channel<DeviceRequest> _arrivals = Channel.CreateUnbounded<DeviceRequest>();
    private readonly List<ModbusDriver> _drivers = [];
    private SerialPort _far;
    private Thread _thread;

    private SerialPeer(SerialPair pair)
    {
        _pair = pair;
        (_far, _thread) = Serve();
    }

    public CapturingPluginLog Log { get; } = new();

    /// <summary>The port for the product.</summary>
    public string Port => _pair.Port;

    /// <summary>Handles a request; the default sends the right reply.</summary>
    public Action<DeviceRequest> Script { get; set; } = _ => { };

    public static async Task<SerialPeer> StartAsync()
    {
        var peer = new SerialPeer(await SerialPair.StartAsync());
        peer.Script = peer.Answer;
        return peer;
    }

    /// <summary>The right reply to a request.</summary>
    public static byte[] Reply(DeviceRequest request) => RtuDevice.Frame(request.Good()[6..]);

    /// <summary>Options of a device on the line, with a short time for replies.</summary>
    public ModbusOptions Options(int unit = 1, int retries = 1, bool echo = false, double replySeconds = 1, int pauseMs = 0) => new()
    {
        Port = Port, UnitId = unit, Retries = retries, Echo = echo, ReplyTimeout = TimeSpan.FromSeconds(replySeconds),
        RequestPause = TimeSpan.FromMilliseconds(pauseMs),
    };

    /// <summary>Opens a driver and connects it; it is disposed with the peer.</summary>
    public async Task<ModbusSerialDriver> ConnectAsync(ModbusOptions options)
    {
        var driver = new ModbusSerialDriver(options, Log);
        _drivers.Add(driver);
        await InTurnAsync(driver, driver.ConnectAsync);
        return driver;
    }

    /// <summary>Makes a call in a turn on the line, as the host does.</summary>
    public static async Task InTurnAsync(ModbusSerialDriver driver, Func<CancellationToken, ValueTask> call,
        CancellationToken cancel = default)
    {
        await driver.WaitForTurnAsync(CancellationToken.None);
        try
        {
            await call(cancel);
        }
        finally
        {
            driver.EndTurn();
        }
    }

    /// <summary>Sends the right reply.</summary>
    public void Answer(DeviceRequest request) => Send(Reply(request));

    /// <summary>Sends bytes, one array right after the other.</summary>
    public void Send(params byte[][] parts)
    {
        byte[] all = [.. parts.SelectMany(part => part)];
        _far.Write(all, 0, all.Length);
    }

    /// <summary>Waits for the next request.</summary>
    public ValueTask<DeviceRequest> ArrivedAsync() => _arrivals.Reader.ReadAsync();

    /// <summary>Returns the requests that no test has looked at.</summary>
    public List<DeviceRequest> Arrived()
    {
        var arrived = new List<DeviceRequest>();
        while (_arrivals.Reader.TryRead(out var request)) arrived.Add(request);
        return arrived;
    }

    /// <summary>Removes both ports, as unplugging an adapter does.</summary>
    public async Task UnplugAsync()
    {
        await _pair.UnplugAsync();
        _far.Dispose();
        _thread.Join();
    }

    /// <summary>Makes the ports again.</summary>
    public async Task PlugInAsync()
    {
        await _pair.PlugInAsync();
        (_far, _thread) = Serve();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var driver in _drivers) await driver.DisposeAsync();
        _far.Dispose();
        _thread.Join();
        await _pair.DisposeAsync();
    }

    private (SerialPort Far, Thread Thread) Serve()
    {
        var far = new SerialPort(_pair.FarPort, 9600);
        far.Open();
        var thread = new Thread(() => Run(far)) { IsBackground = true };
        thread.Start();
        return (far, thread);
    }

    private void Run(SerialPort far)
    {
        var held = new List<byte>();
        var bytes = new byte[512];
        try
        {
            while (far.BaseStream.Read(bytes) is var count and > 0)
            {
                held.AddRange(bytes[..count]);
                while (held.Count >= 7 && held.Count >= LengthOf(held))
                {
                    var frame = held[..LengthOf(held)].ToArray();
                    held.RemoveRange(0, frame.Length);
                    if (!frame.SequenceEqual(RtuDevice.Frame(frame[..^2]))) continue;
                    byte[] padded = [0, 0, 0, 0, 0, 0, .. frame[..^2], 0, 0];
                    var request = DeviceRequest.Parse(padded.AsSpan(0, Math.Max(12, padded.Length - 2)));
                    _arrivals.Writer.TryWrite(request);
                    Script(request);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The port was closed.
        }
    }

    private static int LengthOf(List<byte> held) => held[1] switch
    {
        0x0F or 0x10 => 9 + held[6],
        0x16 => 10,
        0x2B => 7,
        _ => 8,
    };
}

/// <summary>Scans in turns on the line.</summary>
internal static class SerialScans
{
    /// <summary>Reads in a turn of its own. Returns the exception, if any.</summary>
    public static Task<Exception?> ReadInTurnAsync(this ModbusScan scan, ModbusSerialDriver driver, CancellationToken cancel = default) =>
        Xunit.Record.ExceptionAsync(() => SerialPeer.InTurnAsync(driver, token => scan.ReadAsync(token), cancel))!;

    /// <summary>Writes in a turn of its own. Returns the exception, if any.</summary>
    public static Task<Exception?> WriteInTurnAsync(this ModbusSerialDriver driver, string address, Value value)
    {
        var writer = driver.PrepareWrites([new TagDefinition("w", address)]);
        return Xunit.Record.ExceptionAsync(() => SerialPeer.InTurnAsync(driver, token => writer.WriteAsync(0, value, token)))!;
    }
}
