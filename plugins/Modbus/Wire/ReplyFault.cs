namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// The reason why a reply has no data. There is one object per fault, created once, so that a scan with bad tags allocates nothing. Codes
/// and names are those of Application Protocol V1.1b3, clause 7; 7 (negative acknowledge) is of the older PI-MBUS-300, and some devices
/// still send it. Immutable; any thread.
/// </summary>
internal sealed class ReplyFault
{
    /// <summary>The reply's protocol id is not 0.</summary>
    public static readonly ReplyFault OtherProtocol = new(0, "reply of another protocol than Modbus");

    /// <summary>The reply is to another function than was asked.</summary>
    public static readonly ReplyFault OtherFunction = new(0, "reply to another function than was asked");

    /// <summary>The reply has more or less data than was asked.</summary>
    public static readonly ReplyFault OtherLength = new(0, "reply with another byte count than was asked");

    /// <summary>No reply came, twice in a row.</summary>
    public static readonly ReplyFault NoReply = new(0, "no answer in time");

    /// <summary>The reply to a write repeats another address or value than was sent.</summary>
    public static readonly ReplyFault OtherEcho = new(0, "reply repeats another address or value than was sent");

    private static readonly ReplyFault[] Exceptions =
        [.. Enumerable.Range(0, 256).Select(code => new ReplyFault((byte)code, NameOf(code)))];

    // One fault for each pair that occurred last, so that a device that does the same in each scan costs nothing.
    private static readonly PairCache Units = new(static (asked, answered) =>
        $"asked unit {asked}, unit {answered} answered (check_unit = false accepts that)");

    private static readonly PairCache RegisterBytes = new(static (asked, came) => came == 2 * asked
        ? $"asked for {asked} bytes, {came} came (register_bits = 32 if the device has registers of 32 bits)"
        : $"asked for {asked} bytes, {came} came");

    private static readonly PairCache BitBytes = new(static (asked, came) => $"asked for {asked} bytes of bits, {came} came");

    private ReplyFault(byte code, string reason)
    {
        Code = code;
        Reason = reason;
    }

    /// <summary>The device's exception code; 0 when the reply cannot be trusted.</summary>
    public byte Code { get; }

    /// <summary>The specification's name of the fault, or for code 0 a description of the reply.</summary>
    public string Reason { get; }

    /// <summary>True if only part of the requested range may be at fault (02, 03), so that a request for less can succeed.</summary>
    public bool IsAboutAddress => Code is 2 or 3;

    /// <summary>True if the device was too busy for the request (06).</summary>
    public bool IsBusy => Code == 6;

    /// <summary>Returns the fault of an exception code.</summary>
    public static ReplyFault Exception(byte code) => Exceptions[code];

    /// <summary>Returns the fault of a reply that names another unit than was asked.</summary>
    public static ReplyFault OtherUnit(byte asked, byte answered) => Units.Get(asked, answered);

    /// <summary>Returns the fault of a reply that has another number of bytes than were asked for.</summary>
    public static ReplyFault OtherByteCount(byte asked, byte came, bool isBits) => (isBits ? BitBytes : RegisterBytes).Get(asked, came);

    private static string NameOf(int code) => code switch
    {
        0x01 => "illegal function",
        0x02 => "illegal data address",
        0x03 => "illegal data value",
        0x04 => "server device failure",
        0x05 => "acknowledge",
        0x06 => "server device busy",
        0x07 => "negative acknowledge",
        0x08 => "memory parity error",
        0x0A => "gateway path unavailable",
        0x0B => "gateway target device failed to respond",
        _ => $"unknown exception {code}",
    };

    private sealed class PairCache(Func<byte, byte, string> reason)
    {
        private readonly Entry?[] _entries = new Entry?[256];

        public ReplyFault Get(byte first, byte second)
        {
            ref var place = ref _entries[(byte)((first * 31) + second)];
            if (place is { } entry && entry.First == first && entry.Second == second) return entry.Fault;
            var made = new Entry(first, second, new ReplyFault(0, reason(first, second)));
            place = made;
            return made.Fault;
        }

        private sealed record Entry(byte First, byte Second, ReplyFault Fault);
    }
}
