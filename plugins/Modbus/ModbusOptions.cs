using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Options of a Modbus device in site.toml. Immutable.</summary>
public sealed class ModbusOptions : IValidatedOptions
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MinReplyTimeout = TimeSpan.FromMilliseconds(10);

    /// <summary>Host name or IP address of the device or gateway; empty for a serial line.</summary>
    /// <example>host = "192.168.1.100"</example>
    public string Host { get; init; } = "";

    /// <summary>TCP port of the device or gateway, or the serial port of the line.</summary>
    [Bounds(1, 65535)]
    public PortSetting Port { get; init; } = 502;

    /// <summary>Bits per second of the serial line.</summary>
    [Bounds(50, 4_000_000)]
    public int Baud { get; init; } = 9600;

    /// <summary>Parity bit of each character.</summary>
    public ParityBit Parity { get; init; }

    /// <summary>Data bits of each character.</summary>
    [Bounds(7, 8)]
    public int DataBits { get; init; } = 8;

    /// <summary>Stop bits of each character.</summary>
    [Bounds(1, 2)]
    public int StopBits { get; init; } = 1;

    /// <summary>True if RTS switches the transmitter of the RS-485 adapter: on while a request is sent, else off.</summary>
    public bool RtsDirection { get; init; }

    /// <summary>True if the adapter returns what it sends.</summary>
    public bool Echo { get; init; }

    /// <summary>Longest time from the end of a request to its reply on a serial line.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a read on a serial line is repeated within a scan when its reply is damaged or missing.</summary>
    [Bounds(0, 10)]
    public int Retries { get; init; } = 1;

    /// <summary>Time that the units of a serial line have to obey a broadcast.</summary>
    public TimeSpan Turnaround { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>False if the device is not asked for its vendor, product and revision.</summary>
    public bool Identification { get; init; } = true;

    /// <summary>Unit id of addresses without one.</summary>
    [Bounds(0, 255)]
    public int UnitId { get; init; } = 1;

    /// <summary>Order of a value's bytes in its registers, for addresses without one: ABCD, DCBA, BADC or CDAB.</summary>
    public string ByteOrder { get; init; } = "ABCD";

    /// <summary>Most unused registers (or groups of 16 bits) between two tags that are read along so that one request reads both.</summary>
    [Bounds(0, 124)]
    public int MaxGap { get; init; } = 16;

    /// <summary>Most registers that the device accepts in one request.</summary>
    [Bounds(1, Wire.ModbusReadRequest.MaxRegisters)]
    public int MaxRegisters { get; init; } = Wire.ModbusReadRequest.MaxRegisters;

    /// <summary>Most coils or discrete inputs that the device accepts in one request.</summary>
    [Bounds(1, Wire.ModbusReadRequest.MaxBits)]
    public int MaxBits { get; init; } = Wire.ModbusReadRequest.MaxBits;

    /// <summary>Most requests in flight; 1 sends one at a time.</summary>
    [Bounds(1, 16)]
    public int Pipeline { get; init; } = 4;

    /// <summary>Format of the frames; that of Modbus TCP over TCP and that of Modbus RTU on serial lines if it is not given.</summary>
    /// <example>framing = "tcp"</example>
    public FrameFormat? Framing { get; init; }

    /// <summary>False if the device answers as another unit than was asked.</summary>
    public bool CheckUnit { get; init; } = true;

    /// <summary>False if the device puts 0 into the transaction ids of its replies; one request at a time is sent then.</summary>
    public bool TransactionIds { get; init; } = true;

    /// <summary>Bits of a register: 16, or 32 for devices that answer 4 bytes for each register.</summary>
    public int RegisterBits { get; init; } = 16;

    /// <summary>Time between an answer and the next request; one request at a time is sent then.</summary>
    public TimeSpan RequestPause { get; init; }

    /// <summary>Time between a connection and the first request.</summary>
    public TimeSpan ConnectPause { get; init; }

    /// <summary>
    /// False if the connection is closed after each scan, so that others can use a device that serves one connection only.
    /// </summary>
    public bool KeepConnection { get; init; } = true;

    /// <summary>False if the device has the functions 15 and 16 only, and not 05 and 06.</summary>
    public bool SingleWrites { get; init; } = true;

    /// <summary>The way in which a part of a register is written.</summary>
    public BitWriteMethod BitWrites { get; init; }

    /// <summary>The serial port; null over TCP.</summary>
    internal string? SerialPort => Port.Name;

    /// <summary>The format of the frames.</summary>
    internal FrameFormat Format => Framing ?? (SerialPort is null ? FrameFormat.Tcp : FrameFormat.Rtu);

    /// <summary>Most requests in flight that these options allow.</summary>
    internal int RequestsInFlight =>
        Format != FrameFormat.Tcp || !TransactionIds || RequestPause > TimeSpan.Zero ? 1 : Pipeline;

    /// <summary>Most registers in one request, so that the byte count of the reply fits into its byte.</summary>
    internal int RegistersPerRequest => Math.Min(MaxRegisters, Wire.ModbusReadRequest.MaxRegisters * 16 / RegisterBits);

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (SerialPort is null && string.IsNullOrWhiteSpace(Host))
            yield return ("host", "is missing: give the name or address of the device, or port = \"/dev/ttyUSB0\" for a serial line");
        if (SerialPort is not null && Host.Length > 0)
            yield return ("host", $"excludes the serial port {SerialPort}: over TCP, port is a number");
        if (SerialPort is not null && Framing == FrameFormat.Tcp)
            yield return ("framing", "\"tcp\" is not possible on a serial line: \"rtu\" or \"ascii\"");
        if (SerialPort is null && Framing == FrameFormat.Ascii)
            yield return ("framing", "\"ascii\" needs a serial line: port = \"/dev/ttyUSB0\"");
        if (SerialPort is not null && Format == FrameFormat.Rtu && DataBits != 8)
            yield return ("data_bits", "Modbus RTU needs 8 (framing = \"ascii\" allows 7)");
        if (!ByteOrders.TryParse(ByteOrder, out _)) yield return ("byte_order", $"'{ByteOrder}' is none of {ByteOrders.Names}");
        if (RegisterBits is not (16 or 32)) yield return ("register_bits", $"{RegisterBits} is neither 16 nor 32");
        if (ReplyTimeout < MinReplyTimeout || ReplyTimeout > MaxPause)
            yield return ("reply_timeout", "expected a time from \"10ms\" to \"1min\"");
        (string Key, TimeSpan Value)[] pauses =
            [("request_pause", RequestPause), ("connect_pause", ConnectPause), ("turnaround", Turnaround)];
        foreach (var (key, pause) in pauses)
        {
            if (pause < TimeSpan.Zero || pause > MaxPause) yield return (key, "expected a time from \"0s\" to \"1min\"");
        }
    }
}

/// <summary>The frame formats of a connection.</summary>
public enum FrameFormat
{
    /// <summary>Modbus TCP: a header with a transaction id.</summary>
    Tcp,

    /// <summary>Modbus RTU: a checksum and no header.</summary>
    Rtu,

    /// <summary>Modbus ASCII: lines of hexadecimal digits.</summary>
    Ascii,
}

/// <summary>The parity bits of characters on a serial line.</summary>
public enum ParityBit
{
    /// <summary>No parity bit.</summary>
    None,

    /// <summary>An even number of ones.</summary>
    Even,

    /// <summary>An odd number of ones.</summary>
    Odd,
}

/// <summary>The ways in which a bit or a byte of a holding register can be written.</summary>
public enum BitWriteMethod
{
    /// <summary>Function 22, with which the device changes nothing but these bits.</summary>
    Mask,

    /// <summary>The register is read, changed and written; a change that the device makes in between is lost.</summary>
    ReadModifyWrite,
}
